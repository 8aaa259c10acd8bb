// One face of the bone as a picture: relief in light from the north-west, tinted by state, by
// stain or by a signal. Only the tiles that changed are painted anew.

const TILES = [5, 6, 4, 8, 10, 2]; // sites of a tile: the first that divides both sides
const IN_TURN = 8; // tiles
const BLUR_EVERY_MS = 300, BLUR_EVERY = 6; // and frames: what is broad changes slowly
const MOST_MS = 3; // for the tiles of a frame while the bone lives; the rest follow in the next
const HEIGHT_STEP = 20; // tenths of a um: a lesser change of height cannot be seen
const MOST_STEPS = 3; // where days fly past
const REST = 6; // frames between two paintings of a tile in which only heights change
const LIGHTS = [315, 265, 5]; // degrees, with shares 0.65, 0.2 and 0.15
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
const EAST = LIGHTS.map((az) => (Math.sin((az * Math.PI) / 180) * Math.cos(ALTITUDE)) / Math.sin(ALTITUDE));
const NORTH = LIGHTS.map((az) => (Math.cos((az * Math.PI) / 180) * Math.cos(ALTITUDE)) / Math.sin(ALTITUDE));

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
    this.words = new Uint32Array(this.image.data.buffer);
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
    this.due = new Uint8Array((nx * ny) / tile ** 2); // tiles that wait to be painted
    this.painted = new Int32Array(this.due.length).fill(-REST); // in which round a tile was
    this.from = this.turn = this.round = 0;
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
    this.round++;
    this.step = HEIGHT_STEP * clamp(bone.day - this.day || 1, 1, MOST_STEPS);
    const parts = this.seen && key === this.key && (look.playing || (bone.day === this.day && !this.partly));
    if (parts) this.mark(now);
    else this.markAll(now);
    Object.assign(this, { key, day: bone.day, partly: look.playing });
    if (!this.due.includes(1)) return false;
    this.prepare(now, colours, paint.list, look);
    this.paintDue(now, parts && look.playing ? MOST_MS : Infinity);
    return true;
  }

  // While the bone rests, another day is painted as a whole.
  markAll(now) {
    this.seen = { labels: now.labels.slice(), height: now.height.slice(), field: now.field && now.field.slice(), differ: now.differ && now.differ.slice() };
    this.due.fill(1);
  }

  // Mark tiles with a site that is another than in the picture, or near one; and some others in
  // turn, so that what changed too little to be seen at once does not add up to seams. Shades of
  // bone that only grows or is worn down may follow some frames later.
  mark(now) {
    const { nx, ny, due, painted, seen, tile } = this, across = nx / tile;
    const lately = this.round - REST;
    let some = false;
    for (let y = 0, i = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        const other = this.another(now, i);
        if (!other && Math.abs(seen.height[i] - now.height[i]) < this.step) continue;
        if (!other && painted[Math.floor(y / tile) * across + Math.floor(x / tile)] > lately) continue;
        this.renew(now, i);
        some = true;
        for (let dy = -REACH; dy <= REACH; dy += REACH)
          for (let dx = -REACH; dx <= REACH; dx += REACH) {
            const tx = Math.floor(((x + dx + nx) % nx) / this.tile), ty = Math.floor(((y + dy + ny) % ny) / this.tile);
            due[ty * across + tx] = 1;
          }
      }
    if (some) for (let k = 0; k < IN_TURN; k++) due[(this.turn = (this.turn + 1) % due.length)] = 1;
  }

  // Paint marked tiles, going on where the last frame had to stop.
  paintDue(now, most) {
    const across = this.nx / this.tile, begun = performance.now();
    for (let k = 0; k < this.due.length && performance.now() - begun < most; k++) {
      const i = (this.from = (this.from + 1) % this.due.length);
      if (!this.due[i]) continue;
      this.due[i] = 0;
      this.painted[i] = this.round;
      this.paintTile(i % across, Math.floor(i / across), now);
    }
  }

  // Whether a site is of another colour than in the picture.
  another(now, i) {
    const { seen } = this;
    return seen.labels[i] !== now.labels[i] || (now.field && Math.abs(seen.field[i] - now.field[i]) > 2) || (now.differ && seen.differ[i] !== now.differ[i]);
  }

  // Remember what is painted.
  renew(now, i) {
    const { seen } = this;
    seen.labels[i] = now.labels[i];
    seen.height[i] = now.height[i];
    if (now.field) seen.field[i] = now.field[i];
    if (now.differ) seen.differ[i] = now.differ[i];
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
    const time = performance.now();
    this.sharpFor = (this.sharpFor || 0) + 1;
    if (!this.partly || (this.sharpFor >= BLUR_EVERY && time - (this.blurredAt || 0) > BLUR_EVERY_MS)) {
      [this.blurredAt, this.sharpFor] = [time, 0];
      this.quiet = blur(resting, nx, ny, 3, this.quiet);
      this.calm = blur(height, nx, ny, 5, this.calm);
      this.hollow = blur(height, nx, ny, 9, this.hollow);
    }
    const { quiet, calm } = this;
    this.relief ||= new Float32Array(n);
    for (let i = 0; i < n; i++) this.relief[i] = height[i] * (1 - quiet[i]) + calm[i] * quiet[i];
    this.list = { ...list, linear: list.colours.map(linearOf) };
    if (look.tint < 1 && !this.list.hard) {
      const base = this.list.linear[0];
      this.list.linear = this.list.linear.map((c, i) => (i === list.flat ? c : c.map((v, k) => v * look.tint + base[k] * (1 - look.tint))));
    }
    this.linear = Float64Array.from(this.list.linear.flat());
    this.ramp = colours.ramp_linear;
    this.accent = linearOf(hexToRgb(colours.accent));
    this.look = look;
  }

  // Take a tile and what is around it out of a map.
  load({ rows, cells }, tx, ty, values) {
    const { nx, ny, tile } = this;
    for (let r = 0, k = 0; r < rows; r++) {
      const from = ((ty * tile + r - REACH - 1 + ny) % ny) * nx;
      let x = (tx * tile - REACH - 1 + nx) % nx;
      for (let c = 0; c < rows; c++, k++) {
        cells[k] = values[from + x];
        if (++x === nx) x = 0;
      }
    }
    return cells;
  }

  rank(tx, ty, labels) {
    const { cells } = this.sharp, found = this.load(this.sharp, tx, ty, labels), present = [found[0]];
    for (let k = 1; k < found.length; k++) if (found[k] !== found[k - 1] && !present.includes(found[k])) present.push(found[k]);
    if (present.length === 1) return present[0];
    const { best, second, first, other, mask } = this, around = (this.around ||= new Float32Array(cells.length));
    around.set(found);
    best.fill(-1);
    second.fill(-1);
    for (const one of present) {
      for (let k = 0; k < cells.length; k++) cells[k] = around[k] === one ? 1 : 0;
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
    this.load(fine, tx, ty, this.relief);
    fine.run(heights);
    if (now.field) {
      this.load(fine, tx, ty, now.field);
      fine.run(values);
    }
    const single = this.rank(tx, ty, now.labels);
    let edge = null;
    if (now.differ) {
      const cells = this.load(fine, tx, ty, now.differ);
      if (cells.includes(1) && cells.includes(0)) edge = fine.run(mask);
    }
    this.pixels(tx, ty, single, !!now.field, edge);
    this.context.putImageData(this.image, tx * size, this.canvas.height - (ty + 1) * size);
  }

  // Light on each pixel of a tile: shade by slope, and darker in hollows.
  pixels(tx, ty, single, withField, edge) {
    const { px, tile, nx, heights, hollow, look, list, words } = this, wide = this.fine.wide, size = tile * px;
    const scale = (EXAGGERATION * px) / 20, relief = look.relief;
    const e0 = EAST[0], e1 = EAST[1], e2 = EAST[2], n0 = NORTH[0], n1 = NORTH[1], n2 = NORTH[2];
    const plain = single >= 0 && single !== list.hatched && !withField && !edge;
    const [r1, g1, b1] = plain ? list.linear[single] : [0, 0, 0], even = plain && single === list.flat;
    for (let y = 0; y < size; y++) {
      const site = (ty * tile + Math.floor(y / px)) * nx + tx * tile;
      for (let x = 0, i = (y + 1) * wide + 1, at = (size - 1 - y) * size; x < size; x++, i++, at++) {
        const we = (heights[i + 1] - heights[i - 1]) * scale, sn = (heights[i + wide] - heights[i - wide]) * scale;
        const light = (0.65 * Math.max(0, 1 - e0 * we - n0 * sn) + 0.2 * Math.max(0, 1 - e1 * we - n1 * sn) + 0.15 * Math.max(0, 1 - e2 * we - n2 * sn)) / Math.sqrt(1 + sn * sn + we * we);
        let bright = 0.5 + 0.5 * light;
        bright = bright < 0.5 ? 0.5 : bright > 1.16 ? 1.16 : bright;
        const depth = (hollow[site + ((x / px) | 0)] - heights[i]) / 25;
        if (depth > 0) bright *= 1 - 0.1 * (depth > 1 ? 1 : depth);
        bright = 1 + relief * (bright - 1);
        if (plain) {
          const f = even ? 4096 : 4096 * bright;
          words[at] = 0xff000000 | (TO_BYTE[(b1 * f + 0.5) | 0] << 16) | (TO_BYTE[(g1 * f + 0.5) | 0] << 8) | TO_BYTE[(r1 * f + 0.5) | 0];
        } else words[at] = this.tinted(i, tx * size + x, ty * size + y, bright, single, withField, edge);
      }
    }
  }

  // A pixel where classes meet, or with hatching, a signal or an outline.
  tinted(i, x, y, bright, single, withField, edge) {
    const { px, list, look, linear } = this, one = single >= 0 ? single : this.first[i];
    const fa = one === list.flat ? 1 : one === list.hatched ? bright * this.hatch(x, y) : bright;
    let r = linear[3 * one] * fa, g = linear[3 * one + 1] * fa, b = linear[3 * one + 2] * fa;
    if (single < 0) {
      const two = this.other[i], margin = this.best[i] - this.second[i], fc = two === list.flat ? 1 : bright;
      const share = 0.5 + 0.5 * Math.min(1, (margin * px) / 1.3), rest = (1 - share) * fc;
      const line = list.edged ? 1 - 0.42 * Math.min(1, Math.max(0, 1.25 - margin / Math.max(0.9 / px, 0.17))) : 1;
      r = (r * share + linear[3 * two] * rest) * line;
      g = (g * share + linear[3 * two + 1] * rest) * line;
      b = (b * share + linear[3 * two + 2] * rest) * line;
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
    return 0xff000000 | (TO_BYTE[(b * 4096 + 0.5) | 0] << 16) | (TO_BYTE[(g * 4096 + 0.5) | 0] << 8) | TO_BYTE[(r * 4096 + 0.5) | 0];
  }

  hatch(x, y) {
    const period = 1.6 * this.px;
    const wave = Math.sin((2 * Math.PI * (x - y)) / (period * Math.SQRT2));
    return 1 - 0.55 * Math.min(1, Math.max(0, 0.5 + (wave * period) / 5));
  }
}
