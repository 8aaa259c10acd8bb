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
    const { data } = c.getImageData(0, 0, size, size);
    found = { half, size, data, words: new Uint32Array(data.buffer) };
    this.kept.set(key, found);
    return found;
  }

  // Copy a sprite: on bare ground as it is, on what is there already blended.
  put(sprite, x, y) {
    const { half, size, words, data } = sprite, { image } = this, wide = image.width, high = image.height;
    const left = Math.round(x * this.ratio) - half, top = Math.round(y * this.ratio) - half, plain = this.alpha === 1;
    const i0 = Math.max(0, -left), i1 = Math.min(size, wide - left), j1 = Math.min(size, high - top);
    for (let j = Math.max(0, -top); j < j1; j++)
      for (let i = i0; i < i1; i++) {
        const from = j * size + i, word = words[from];
        if (word >>> 24 === 0) continue;
        const to = (top + j) * wide + left + i;
        if (plain && (word >>> 24 === 255 || this.words[to] === 0)) this.words[to] = word;
        else this.blend(4 * to, data, 4 * from);
      }
  }

  blend(to, data, from) {
    const out = this.image.data, a = (data[from + 3] * this.alpha) / 255;
    const under = (out[to + 3] / 255) * (1 - a), whole = a + under;
    for (let k = 0; k < 3; k++) out[to + k] = (data[from + k] * a + out[to + k] * under) / whole;
    out[to + 3] = 255 * whole;
  }

  end() {
    this.context.putImageData(this.image, 0, 0);
    return this.canvas;
  }
}
