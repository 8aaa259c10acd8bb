// The one time axis of charts and treatments: months to pixels.

export const GUTTER = { left: 44, right: 96 };

export class Axis {
  constructor() {
    this.last = 12;
    this.width = 600;
    this.slim = false;
  }

  get from() { return GUTTER.left; }
  get to() { return this.width - GUTTER.right; }
  x(month) { return this.from + ((this.to - this.from) * month) / this.last; }
  month(x) { return clamp(((x - this.from) / (this.to - this.from)) * this.last, 0, this.last); }

  ticks() {
    const most = Math.max(3, Math.floor((this.to - this.from) / 64));
    const step = [1, 2, 3, 6, 12, 24, 36, 60, 120].find((s) => this.last / s <= most) || 240;
    const found = [];
    for (let m = 0; m <= this.last + 1e-9; m += step) found.push(m);
    return found;
  }
}

export function niceTicks(low, high) {
  const span = high - low || 1, raw = span / 2;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((s) => s * power).find((s) => s >= raw * 0.999);
  const first = Math.ceil(low / step - 1e-9) * step, found = [];
  for (let v = first; v <= high + 1e-9; v += step) found.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  return { found, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (step / power === 2.5 ? 1 : 0)) };
}
