// The marrow of a section. Nothing overlaps; what has no room is left out.

const RENEW_EVERY_MS = 1000;

// Marrow changes slowly: its picture is kept, and while the bone lives renewed once a second.
export class MarrowLayer {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d");
    this.key = "";
    this.at = 0;
  }

  drawn(v, ratio) {
    const { canvas, context: c } = this, now = performance.now();
    const key = [v.wide, v.high, ratio, v.left, v.top, v.k, v.bone.row, v.bone.nx, v.stain.name, v.colours.name].join();
    if (key === this.key && v.host.look.playing && now - this.at < RENEW_EVERY_MS) return canvas;
    [this.key, this.at] = [key, now];
    canvas.width = Math.round(v.wide * ratio);
    canvas.height = Math.round(v.high * ratio);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawMarrow(v, c);
    return canvas;
  }
}

function drawMarrow(v, c) {
  const { bone, stain } = v;
  speckles(v, c);
  for (const face of [0, 1]) {
    const discs = [], out = face ? -1 : 1;
    const edge = face ? v.top - v.high / v.k : v.top;
    const settle = (x, r, seed, tall = r) => {
      const draw = seeded(seed), base = v.height(face, x);
      const depth = Math.max(Math.abs(edge - base) - 0.4 * r, r + 18);
      for (let tries = 0; tries < 10; tries++) {
        const z = base + out * (tall + 15 + draw() * Math.max(0, depth - tall - 15));
        let free = true;
        for (let q = -1; q <= 1 && free; q += 0.25) free = out * (z - v.height(face, x + q * r)) - Math.sqrt(Math.max(0, tall * tall - (q * tall) ** 2)) > 13;
        if (free && discs.every(([a, b, s]) => Math.hypot(x - a, z - b) > r + s + 3)) {
          discs.push([x, z, r]);
          return [x, z];
        }
      }
      return null;
    };
    lumens(v, c, face, settle);
    fatCells(v, c, face, settle);
  }
}

function lumens(v, c, face, settle) {
  const { bone, stain } = v;
  for (let i = 0; i < bone.vessel_x.length; i++) {
    const at = bone.vessel_face[i] === face && v.near(face, bone.vessel_x[i], bone.vessel_y[i], 1);
    const spot = at && settle(at[0], 26, i + 7, 12);
    if (!spot) continue;
    const [x, y] = v.px(...spot);
    c.beginPath();
    c.ellipse(x, y, 30 * v.k, 9 * v.k, 0, 0, 2 * Math.PI);
    c.fillStyle = stain.vessel_fill;
    c.fill();
    c.strokeStyle = stain.vessel;
    c.lineWidth = 1.4;
    c.stroke();
    c.fillStyle = stain.vessel;
    for (const [dx, dy] of [[-19, 0], [-9, 1.5], [1, -1.5], [10, 1.2], [20, -0.5]]) {
      disc(c, x + dx * v.k, y + dy * v.k, 2.3 * v.k);
      c.fill();
    }
  }
}

function fatCells(v, c, face, settle) {
  const { bone, stain } = v;
  const [from, to] = bone.cells.adipocyte;
  for (let i = from; i < to; i++) {
    if (bone.cell_face[i] !== face) continue;
    const radius = bone.cell_extra[i] / 2, at = v.near(face, bone.cell_x[i], bone.cell_y[i], Math.ceil(radius / bone.site_um));
    const chord = at ? Math.sqrt(Math.max(0, radius * radius - at[1] * at[1])) : 0;
    if (chord < 6 || at[0] < v.left - 40 || at[0] > v.left + v.wideUm + 40) continue;
    const spot = settle(at[0], chord, bone.cell_seed[i]);
    if (!spot) continue;
    const [x, y] = v.px(...spot);
    disc(c, x, y, chord * v.k);
    c.fillStyle = stain.adipocyte;
    c.fill();
    c.strokeStyle = stain.adipocyte_rim;
    c.lineWidth = 1;
    c.stroke();
    const turn = bone.cell_seed[i] % 360 / 57.3;
    c.fillStyle = stain.adipocyte_rim;
    lens(v, c, x + (chord - 2) * v.k * Math.cos(turn), y + (chord - 2) * v.k * Math.sin(turn), 4.2, 2, turn + Math.PI / 2);
  }
}

function speckles(v, c) {
  const { bone, stain } = v, draw = seeded(bone.row + 1);
  const low = v.top - v.high / v.k, whole = bone.nx * bone.site_um;
  const count = Math.round((whole * (v.top - low)) / 620);
  c.fillStyle = stain.speckle;
  c.globalAlpha = 0.55;
  for (let i = 0; i < count; i++) {
    const x = draw() * whole, share = draw(), r = 1.4 + 2.2 * draw();
    if (x < v.left || x > v.left + v.wideUm) continue;
    const z = low + share * (v.top - low);
    if (v.solid(x) && z < v.height(0, x) + 12 && z > v.height(1, x) - 12) continue;
    disc(c, ...v.px(x, z), r * v.k);
    c.fill();
  }
  c.globalAlpha = 1;
}
