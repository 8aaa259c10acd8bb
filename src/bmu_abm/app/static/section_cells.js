// The cells on the surfaces of a section.

const REVERSAL_STATE = 2;

export function drawSectionCells(v, c) {
  for (const face of [0, 1]) {
    reversalCells(v, c, face);
    eachNear(v, face, "osteoblast", 0, (x) => cuboid(v, c, face, x));
    eachNear(v, face, "msc", 2, (x, across, stage, seed) => {
      const up = stage & 1 ? 13 : 26 + ((seed >>> 7) % 1009) / 168;
      const [px, py] = v.lift(face, x, up);
      diamondPath(c, px, py, Math.max(6 * v.k, 3));
      c.fillStyle = mixed(v.stain.halo, v.stain.progenitor, stage & 1 ? 1 : 0.3);
      c.strokeStyle = v.stain.progenitor;
      c.lineWidth = 0.9;
      c.fill();
      c.stroke();
    });
    eachNear(v, face, "osteoclast_precursor", 2, (x, across, ripe, seed) => {
      const [px, py] = v.lift(face, x, 10 + ((seed >>> 5) % 1009) / 84);
      disc(c, px, py, Math.max(4.6 * v.k, 2.4));
      c.fillStyle = mixed(v.stain.halo, v.stain.precursor, ripe / 255);
      c.strokeStyle = v.stain.precursor;
      c.lineWidth = 0.9;
      c.fill();
      c.stroke();
    });
    eachNear(v, face, "osteoclast", 9, (x, across, nuclei, seed) => dome(v, c, face, x, across, nuclei, seed));
  }
}

function eachNear(v, face, kind, rows, draw) {
  const { bone } = v, [from, to] = bone.cells[kind];
  if (v.host.look.layers[kind] === 0) return;
  for (let i = from; i < to; i++) {
    if (bone.cell_face[i] !== face) continue;
    const at = v.near(face, bone.cell_x[i], bone.cell_y[i], rows);
    if (at && at[0] > v.left - 60 && at[0] < v.left + v.wideUm + 60) draw(at[0], at[1], bone.cell_extra[i], bone.cell_seed[i]);
  }
}

function reversalCells(v, c, face) {
  c.fillStyle = v.stain.reversal;
  for (const [a, b] of runs(v, face, (s) => s === REVERSAL_STATE)) {
    const count = Math.max(1, Math.floor((b - a) / 15));
    for (let i = 0; i < count; i++) {
      const x = a + ((i + 0.5) * (b - a)) / count;
      lens(v, c, ...v.lift(face, x, 3.6), 6.4, 2.1, -v.tilt(face, x) + 0.2 * Math.sin(5 * x));
    }
  }
}

function cuboid(v, c, face, x) {
  const [px, py] = v.lift(face, x, 6.8), r = 4.6 * v.k;
  c.save();
  c.translate(px, py);
  c.rotate(-v.tilt(face, x));
  c.beginPath();
  c.roundRect(-r, -r, 2 * r, 2 * r, 0.3 * r);
  c.fillStyle = v.stain.osteoblast;
  c.strokeStyle = v.stain.halo;
  c.lineWidth = 0.6;
  c.fill();
  c.stroke();
  c.fillStyle = v.stain.osteoblast_nucleus;
  disc(c, 0, 0, 1.6 * v.k);
  c.fill();
  c.restore();
}

function dome(v, c, face, x, across, nuclei, seed) {
  const radius = osteoclastRadiusUm(nuclei, v.bone.site_um);
  const half = Math.sqrt(Math.max(0, radius * radius - across * across));
  if (half < 0.7 * v.bone.site_um) return;
  const out = face ? -1 : 1, phase = seeded(seed)() * 6, foot = [], top = [];
  for (let i = 0; i <= 40; i++) {
    const u = i / 20 - 1, bulge = Math.sqrt(1 - Math.abs(u) ** 2.6);
    const at = v.lift(face, x + half * u, 0.8);
    foot.push(at);
    top.push([at[0], at[1] - out * v.k * (9 + 0.5 * half) * bulge * (1 + 0.09 * Math.cos(8 * u + phase))]);
  }
  c.beginPath();
  for (const at of [...foot, ...top.slice().reverse()]) c.lineTo(...at);
  c.closePath();
  fillAndRing(c, v.stain.osteoclast, v.stain.halo, 0.8);
  const count = clamp(Math.ceil((nuclei * half) / Math.max(2.4 * radius, 1)), 1, 5);
  c.fillStyle = v.stain.nucleus;
  for (let i = 0; i < count; i++) {
    const j = count === 1 ? 20 : Math.round(9 + (22 * i) / (count - 1)), share = i % 2 ? 0.38 : 0.62;
    disc(c, foot[j][0] * (1 - share) + top[j][0] * share, foot[j][1] * (1 - share) + top[j][1] * share, 2.2 * v.k);
    c.fill();
  }
}
