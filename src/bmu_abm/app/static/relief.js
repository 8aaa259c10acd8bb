// One face of the bone as a picture: relief in light from the north-west, tinted by state, by
// stain or by a signal. Only the tiles that changed are painted anew.

const TILES = [10, 8, 6, 4, 2]; // sites of a tile: the largest that divides both sides
const LIGHTS = [[0.65, 315], [0.2, 265], [0.15, 5]];
const ALTITUDE = (50 * Math.PI) / 180;
const EXAGGERATION = 1.7;
const HOLE = 5, ARRESTED = 4;
const TO_LINEAR = Float32Array.from({ length: 256 }, (_, i) => {
  const v = i / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
});
const TO_BYTE = Uint8Array.from({ length: 4801 }, (_, i) => {
  const v = Math.min(1, i / 4096);
  return Math.round(255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055));
});
const EAST = LIGHTS.map(([, az]) => (Math.sin((az * Math.PI) / 180) * Math.cos(ALTITUDE)) / Math.sin(ALTITUDE));
const NORTH = LIGHTS.map(([, az]) => (Math.cos((az * Math.PI) / 180) * Math.cos(ALTITUDE)) / Math.sin(ALTITUDE));

export function linearOf(rgb) {
  return rgb.map((v) => TO_LINEAR[Math.round(v)]);
}

// What the classes of a face are and how they look: states, or the classes of a stain.
export function paintOf(bone, colours) {
  if (bone.classes) {
    const list = bone.painted || {};
    return { labels: bone.classes, list };
  }
  const plain = colours.states_rgb;
  const tinted = plain.map((c, i) => (i === HOLE ? c : c.map((v, k) => v * 0.86 + plain[0][k] * 0.14)));
  return { labels: bone.state, list: { colours: tinted, flat: HOLE, hatched: ARRESTED, edged: true } };
}

export class FaceRelief {
  constructor(nx, ny, px) {
    const tile = TILES.find((one) => nx % one === 0 && ny % one === 0);
    Object.assign(this, { nx, ny, px, tile });
    this.canvas = document.createElement("canvas");
    this.canvas.width = nx * px;
    this.canvas.height = ny * px;
    this.context = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    const size = tile * px;
    this.image = this.context.createImageData(size, size);
    this.fine = new TileEnlarger(tile, px, 0.8);
    this.sharp = new TileEnlarger(tile, px, 0.75);
    const n = this.fine.wide ** 2;
    this.heights = new Float32Array(n);
    this.best = new Float32Array(n);
    this.second = new Float32Array(n);
    this.mask = new Float32Array(n);
    this.first = new Uint8Array(n);
    this.other = new Uint8Array(n);
    this.values = new Float32Array(n);
    this.seen = null;
    this.key = "";
  }

  // Paint what changed since the last time; returns whether anything did.
  update(bone, face, colours, look) {
    const { nx, ny } = this;
    const n = nx * ny, from = face * n;
    const part = (values) => (values ? values.subarray(from, from + n) : null);
    const paint = paintOf(bone, colours);
    const now = {
      labels: part(paint.labels), state: part(bone.state), height: part(bone.height),
      field: bone.field ? part(bone.field) : null, differ: look.differ ? part(bone.differ) : null,
    };
    const key = [colours.name, bone.stain, bone.field ? bone.legendName : "", look.fieldOpacity, look.relief, look.tint, !!now.differ].join();
    const tiles = this.dirtyTiles(now, key);
    if (!tiles.length) return false;
    this.prepare(now, colours, paint.list, look);
    for (const [tx, ty] of tiles) this.paintTile(tx, ty, now);
    this.remember(now, key);
    return true;
  }

  dirtyTiles(now, key) {
    const { nx, ny } = this;
    const across = nx / this.tile, up = ny / this.tile;
    const all = [];
    const dirty = new Uint8Array(across * up);
    const seen = this.seen;
    if (!seen || key !== this.key) dirty.fill(1);
    else
      for (let y = 0, i = 0; y < ny; y++)
        for (let x = 0; x < nx; x++, i++) {
          const changed =
            seen.labels[i] !== now.labels[i] || Math.abs(seen.height[i] - now.height[i]) > 4 ||
            (now.field && Math.abs(seen.field[i] - now.field[i]) > 2) || (now.differ && seen.differ[i] !== now.differ[i]);
          if (!changed) continue;
          for (const dy of [-3, 3])
            for (const dx of [-3, 3]) {
              const tx = Math.floor(((x + dx + nx) % nx) / this.tile), ty = Math.floor(((y + dy + ny) % ny) / this.tile);
              dirty[ty * across + tx] = 1;
            }
        }
    for (let i = 0; i < dirty.length; i++) if (dirty[i]) all.push([i % across, Math.floor(i / across)]);
    return all;
  }

  remember(now, key) {
    const copy = (old, values) => {
      if (!values) return null;
      if (!old) return values.slice();
      old.set(values);
      return old;
    };
    const seen = this.seen || {};
    this.seen = { labels: copy(seen.labels, now.labels), height: copy(seen.height, now.height), field: copy(seen.field, now.field), differ: copy(seen.differ, now.differ) };
    this.key = key;
  }

  // Heights that are calm on resting bone and sharp elsewhere, and the broad hollows.
  prepare(now, colours, list, look) {
    const { nx, ny } = this;
    const n = nx * ny;
    const height = (this.raw ||= new Float32Array(n)), resting = (this.rest ||= new Float32Array(n));
    for (let i = 0; i < n; i++) {
      height[i] = now.height[i] / 10;
      resting[i] = now.state[i] === 0 ? 1 : 0;
    }
    const quiet = blur(resting, nx, ny, 1.4);
    const calm = blur(height, nx, ny, 2.2);
    this.hollow = blur(height, nx, ny, 4.5);
    this.relief ||= new Float32Array(n);
    for (let i = 0; i < n; i++) this.relief[i] = height[i] * (1 - quiet[i]) + calm[i] * quiet[i];
    this.list = { ...list, linear: list.colours.map(linearOf) };
    if (look.tint < 1 && !this.list.hard) {
      const base = this.list.linear[0];
      this.list.linear = this.list.linear.map((c, i) => (i === list.flat ? c : c.map((v, k) => v * look.tint + base[k] * (1 - look.tint))));
    }
    this.ramp = colours.ramp_linear;
    this.accent = linearOf(hexToRgb(colours.accent));
    this.look = look;
  }

  load(enlarger, tx, ty, read) {
    const { nx, ny } = this;
    const rows = enlarger.rows;
    for (let r = 0; r < rows; r++) {
      const y = (ty * this.tile + r - REACH - 1 + ny) % ny;
      for (let c = 0; c < rows; c++) enlarger.cells[r * rows + c] = read(y * nx + ((tx * this.tile + c - REACH - 1 + nx) % nx));
    }
  }

  rank(tx, ty, labels) {
    const present = [];
    this.load(this.sharp, tx, ty, (i) => (present.includes(labels[i]) || present.push(labels[i]), labels[i]));
    if (present.length === 1) return present[0];
    const { best, second, first, other, mask } = this;
    best.fill(-1);
    second.fill(-1);
    for (const one of present) {
      this.load(this.sharp, tx, ty, (i) => (labels[i] === one ? 1 : 0));
      this.sharp.run(mask);
      for (let i = 0; i < mask.length; i++) {
        const m = mask[i];
        if (m > best[i]) {
          second[i] = best[i];
          other[i] = first[i];
          best[i] = m;
          first[i] = one;
        } else if (m > second[i]) {
          second[i] = m;
          other[i] = one;
        }
      }
    }
    return -1;
  }

  paintTile(tx, ty, now) {
    const { px, fine, heights, values, mask } = this;
    const wide = fine.wide, size = this.tile * px;
    this.load(fine, tx, ty, (i) => this.relief[i]);
    fine.run(heights);
    if (now.field) {
      this.load(fine, tx, ty, (i) => now.field[i]);
      fine.run(values);
    }
    const single = this.rank(tx, ty, now.labels);
    let edge = null;
    if (now.differ) {
      let some = 0, all = 1;
      this.load(fine, tx, ty, (i) => { some |= now.differ[i]; all &= now.differ[i]; return now.differ[i]; });
      if (some && !all) edge = fine.run(mask);
    }
    const bytes = this.image.data;
    for (let py = 0; py < size; py++) {
      const line = (size - 1 - py) * size;
      for (let x = 0; x < size; x++) this.pixel(bytes, 4 * (line + x), (py + 1) * wide + x + 1, tx, ty, x, py, single, !!now.field, edge, wide);
    }
    this.context.putImageData(this.image, tx * size, this.canvas.height - (ty + 1) * size);
  }

  pixel(bytes, at, i, tx, ty, x, y, single, withField, edge, wide) {
    const { px, heights, list, look } = this;
    const scale = (EXAGGERATION * px) / 20;
    const we = (heights[i + 1] - heights[i - 1]) * scale;
    const sn = (heights[i + wide] - heights[i - wide]) * scale;
    let light = 0;
    for (let l = 0; l < 3; l++) light += LIGHTS[l][0] * Math.max(0, 1 - EAST[l] * we - NORTH[l] * sn);
    light /= Math.sqrt(1 + sn * sn + we * we);
    let bright = Math.min(1.16, Math.max(0.5, 1 + 0.5 * (light - 1)));
    const hollow = this.hollow[(ty * this.tile + Math.floor(y / px)) * this.nx + tx * this.tile + Math.floor(x / px)];
    bright *= 1 - 0.1 * Math.min(1, Math.max(0, (hollow - heights[i]) / 25));
    bright = 1 + look.relief * (bright - 1);
    let r, g, b;
    if (single >= 0) {
      const c = list.linear[single];
      const f = single === list.flat ? 1 : single === list.hatched ? bright * this.hatch(tx, ty, x, y) : bright;
      r = c[0] * f; g = c[1] * f; b = c[2] * f;
    } else {
      const one = this.first[i], two = this.other[i];
      const margin = this.best[i] - this.second[i];
      const share = 0.5 + 0.5 * Math.min(1, (margin * px) / 1.3);
      const a = list.linear[one], c = list.linear[two];
      const fa = one === list.flat ? 1 : one === list.hatched ? bright * this.hatch(tx, ty, x, y) : bright;
      const fc = two === list.flat ? 1 : bright;
      const line = list.edged ? 1 - 0.42 * Math.min(1, Math.max(0, 1.25 - margin / Math.max(0.9 / px, 0.17))) : 1;
      r = (a[0] * fa * share + c[0] * fc * (1 - share)) * line;
      g = (a[1] * fa * share + c[1] * fc * (1 - share)) * line;
      b = (a[2] * fa * share + c[2] * fc * (1 - share)) * line;
    }
    if (withField) {
      const c = this.ramp[Math.round(Math.min(255, Math.max(0, this.values[i])))];
      const f = 1 + 0.35 * (bright - 1), o = look.fieldOpacity;
      r += (c[0] * f - r) * o; g += (c[1] * f - g) * o; b += (c[2] * f - b) * o;
    }
    if (edge) {
      const near = Math.min(1, Math.max(0, 1.7 - (Math.abs(edge[i] - 0.5) * px) / 0.42));
      r += (this.accent[0] - r) * near; g += (this.accent[1] - g) * near; b += (this.accent[2] - b) * near;
    }
    bytes[at] = TO_BYTE[(r * 4096 + 0.5) | 0];
    bytes[at + 1] = TO_BYTE[(g * 4096 + 0.5) | 0];
    bytes[at + 2] = TO_BYTE[(b * 4096 + 0.5) | 0];
    bytes[at + 3] = 255;
  }

  hatch(tx, ty, x, y) {
    const period = 1.6 * this.px;
    const wave = Math.sin((2 * Math.PI * (tx * this.tile * this.px + x - ty * this.tile * this.px - y)) / (period * Math.SQRT2));
    return 1 - 0.55 * Math.min(1, Math.max(0, 0.5 + (wave * period) / 5));
  }
}
