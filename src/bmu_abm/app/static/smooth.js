// Gaussian smoothing on a ring, and weights that smooth and enlarge at once.

export function blur(values, nx, ny, sigma) {
  const reach = Math.ceil(2.2 * sigma);
  const weights = [];
  let total = 0;
  for (let j = -reach; j <= reach; j++) total += weights[weights.push(Math.exp(-0.5 * (j / sigma) ** 2)) - 1];
  const half = new Float32Array(nx * ny);
  const out = new Float32Array(nx * ny);
  for (let y = 0; y < ny; y++)
    for (let x = 0; x < nx; x++) {
      let sum = 0;
      const from = y * nx;
      if (x >= reach && x + reach < nx) for (let j = -reach; j <= reach; j++) sum += weights[j + reach] * values[from + x + j];
      else for (let j = -reach; j <= reach; j++) sum += weights[j + reach] * values[from + ((x + j + nx * 4) % nx)];
      half[from + x] = sum / total;
    }
  for (let j = -reach; j <= reach; j++) {
    const w = weights[j + reach] / total;
    for (let y = 0; y < ny; y++) {
      const from = ((y + j + ny * 4) % ny) * nx;
      for (let x = 0; x < nx; x++) out[y * nx + x] += w * half[from + x];
    }
  }
  return out;
}

export const REACH = 3;

// Weights (pixels of a site, 7) that read a smoothed map at each pixel of a site.
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
        for (let j = 0; j < 7; j++) sum += w[j] * cells[from + j];
        half[r * wide + i] = sum;
      }
    }
    for (let i = 0; i < wide; i++) {
      const p = i - 1 + px;
      const site = Math.floor(p / px);
      const w = weights[p % px];
      const w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3], w4 = w[4], w5 = w[5], w6 = w[6];
      let a = site * wide;
      for (let x = 0; x < wide; x++, a++)
        out[i * wide + x] =
          w0 * half[a] + w1 * half[a + wide] + w2 * half[a + 2 * wide] + w3 * half[a + 3 * wide] +
          w4 * half[a + 4 * wide] + w5 * half[a + 5 * wide] + w6 * half[a + 6 * wide];
    }
    return out;
  }
}
