// Gaussian smoothing on a ring, and weights that smooth and enlarge at once.

// Three running means in each direction: as a Gaussian of sqrt((width^2 - 1) / 4) sites (width odd),
// at a cost that does not grow with it.
export function blur(values, nx, ny, width, out = new Float32Array(nx * ny)) {
  out.set(values);
  const line = new Float32Array(Math.max(nx, ny));
  for (let pass = 0; pass < 3; pass++) {
    for (let y = 0; y < ny; y++) runningMean(out, y * nx, 1, nx, width, line);
    for (let x = 0; x < nx; x++) runningMean(out, x, nx, ny, width, line);
  }
  return out;
}

// Replace n values, `step` apart on a ring, by the means of `width` of them.
function runningMean(values, from, step, n, width, line) {
  const reach = width >> 1, share = 1 / width;
  let sum = 0;
  for (let i = 0, at = from; i < n; i++, at += step) line[i] = values[at];
  for (let j = -reach; j <= reach; j++) sum += line[(j + n * width) % n];
  let add = (reach + 1) % n, drop = (n * width - reach) % n;
  for (let i = 0, at = from; i < n; i++, at += step) {
    values[at] = sum * share;
    sum += line[add] - line[drop];
    if (++add === n) add = 0;
    if (++drop === n) drop = 0;
  }
}

export const REACH = 2; // sites; what lies further has no weight that could be seen

// Weights (pixels of a site, 2 REACH + 1) that read a smoothed map at each pixel of a site.
export function phases(px, sigma) {
  return Array.from({ length: px }, (_, k) => {
    const at = (k + 0.5) / px;
    const w = new Float32Array(2 * REACH + 1);
    let total = 0;
    for (let j = -REACH; j <= REACH; j++) total += w[j + REACH] = Math.exp(-0.5 * ((j + 0.5 - at) / sigma) ** 2);
    return w.map((v) => v / total);
  });
}

// Enlarges a tile: `at(x, y)` gives the map; the result is (size + 2)^2, one pixel more all round.
export class TileEnlarger {
  constructor(tile, px, sigma) {
    this.tile = tile;
    this.px = px;
    this.weights = phases(px, sigma);
    this.wide = tile * px + 2;
    this.rows = tile + 2 * REACH + 2;
    this.half = new Float32Array(this.rows * this.wide);
    this.cells = new Float32Array(this.rows * this.rows);
  }

  run(out) {
    const { px, wide, rows, half, cells, weights } = this;
    for (let i = 0; i < wide; i++) {
      const p = i - 1 + px;
      const site = Math.floor(p / px);
      const w = weights[p % px];
      for (let r = 0; r < rows; r++) {
        let sum = 0;
        const from = r * rows + site;
        for (let j = 0; j <= 2 * REACH; j++) sum += w[j] * cells[from + j];
        half[r * wide + i] = sum;
      }
    }
    for (let i = 0; i < wide; i++) {
      const p = i - 1 + px;
      const site = Math.floor(p / px);
      const w = weights[p % px];
      const w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3], w4 = w[4];
      let a = site * wide;
      for (let x = 0; x < wide; x++, a++)
        out[i * wide + x] = w0 * half[a] + w1 * half[a + wide] + w2 * half[a + 2 * wide] + w3 * half[a + 3 * wide] + w4 * half[a + 4 * wide];
    }
    return out;
  }
}
