// Many small glyphs: each drawn once as a sprite, then copied pixel by pixel, which is much faster
// than a path for each.

export class SpriteLayer {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.kept = new Map();
  }

  // Begin a picture of `width` x `height` device pixels; `key` names the colours.
  begin(width, height, ratio, key) {
    if (this.canvas.width !== width || this.canvas.height !== height || !this.image) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.image = this.context.createImageData(width, height);
      this.words = new Uint32Array(this.image.data.buffer);
    } else this.words.fill(0);
    if (key !== this.key || this.kept.size > 200) this.kept.clear();
    Object.assign(this, { key, ratio, alpha: 1 });
  }

  // The sprite of a name, made by `draw(context)` around (0, 0) within `radius` css pixels.
  sprite(name, radius, draw) {
    const key = `${name}/${radius.toFixed(1)}`;
    let found = this.kept.get(key);
    if (found) return found;
    const half = Math.ceil(radius * this.ratio) + 1, size = 2 * half + 1;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const c = canvas.getContext("2d", { willReadFrequently: true });
    c.translate(half + 0.5, half + 0.5);
    c.scale(this.ratio, this.ratio);
    draw(c);
    found = { half, size, data: c.getImageData(0, 0, size, size).data };
    this.kept.set(key, found);
    return found;
  }

  put({ half, size, data }, x, y) {
    const { image } = this, out = image.data, wide = image.width, high = image.height;
    const left = Math.round(x * this.ratio) - half, top = Math.round(y * this.ratio) - half;
    for (let j = 0; j < size; j++) {
      const py = top + j;
      if (py < 0 || py >= high) continue;
      for (let i = 0; i < size; i++) {
        const px = left + i, from = 4 * (j * size + i);
        let a = data[from + 3];
        if (!a || px < 0 || px >= wide) continue;
        a = (a * this.alpha) / 255;
        const to = 4 * (py * wide + px), under = (out[to + 3] / 255) * (1 - a), whole = a + under;
        out[to] = (data[from] * a + out[to] * under) / whole;
        out[to + 1] = (data[from + 1] * a + out[to + 1] * under) / whole;
        out[to + 2] = (data[from + 2] * a + out[to + 2] * under) / whole;
        out[to + 3] = 255 * whole;
      }
    }
  }

  end() {
    this.context.putImageData(this.image, 0, 0);
    return this.canvas;
  }
}
