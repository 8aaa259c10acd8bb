// The cells on a face, each as its glyph: true size, but never too small to be seen.

const GOLDEN = Math.PI * (3 - Math.sqrt(5));

function seeded(seed) {
  let s = seed >>> 0 || 1;
  return () => {
    s ^= s << 13; s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5; s >>>= 0;
    return s / 4294967296;
  };
}

export function lobedPath(c, x, y, radius, seed) {
  const draw = seeded(seed);
  const [a, b, d] = [draw(), draw(), draw()].map((v) => v * 2 * Math.PI);
  c.beginPath();
  for (let i = 0; i < 40; i++) {
    const t = (i * Math.PI) / 20;
    const r = radius * (1 + 0.055 * Math.cos(9 * t + a) + 0.045 * Math.cos(4 * t + b) + 0.035 * Math.cos(3 * t + d));
    c.lineTo(x + r * Math.cos(t), y + r * Math.sin(t));
  }
  c.closePath();
}

export function nucleiAt(nuclei, seed) {
  const count = clamp(Math.round(nuclei), 1, 9);
  const turn = seeded(seed ^ 0x9e3779b9)() * 2 * Math.PI;
  return Array.from({ length: count }, (_, i) => {
    const r = 0.62 * Math.sqrt((i + 0.35) / count), t = i * GOLDEN + turn;
    return [r * Math.cos(t), r * Math.sin(t)];
  });
}

export function disc(c, x, y, r) {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
}

export function diamondPath(c, x, y, r) {
  c.beginPath();
  c.moveTo(x, y - r);
  c.lineTo(x + 0.72 * r, y);
  c.lineTo(x, y + r);
  c.lineTo(x - 0.72 * r, y);
  c.closePath();
}

export function starPath(c, x, y, r) {
  c.beginPath();
  for (let i = 0; i < 8; i++) {
    const t = (i * Math.PI) / 4 - Math.PI / 2, q = i % 2 ? 0.3 * r : r;
    c.lineTo(x + q * Math.cos(t), y + q * Math.sin(t));
  }
  c.closePath();
}

export function osteoclastRadiusUm(nuclei, siteUm) {
  return siteUm * Math.sqrt((2.5 * Math.max(1, nuclei)) / Math.PI);
}

// `board` has: c (context), place(x, y) -> [px, py], scale (px per um), site (um), stain, theme.
export function drawCells(board, bone, face, layers) {
  const each = (kind, draw) => {
    if (layers[kind] === 0) return;
    board.c.globalAlpha = layers[kind] ?? 1;
    const [from, to] = bone.cells[kind];
    for (let i = from; i < to; i++) {
      if (bone.cell_face[i] !== face) continue;
      const at = board.place(bone.cell_x[i] + 0.5, bone.cell_y[i] + 0.5);
      if (at) draw(at[0], at[1], bone.cell_extra[i], bone.cell_seed[i]);
    }
    board.c.globalAlpha = 1;
  };
  const { c, scale, site, stain } = board;
  const small = clamp((scale * site * bone.nx) / 340, 0.4, 1);
  const halo = clamp(0.3 * site * scale, 0.7 * small, 1.6);
  const half = (sites, least) => Math.max(sites * site * scale, least * small) / 2;
  if (stain.name !== "tetracycline") osteoblasts(board, each, half);
  progenitors(board, each, half(2.0, 6.5), halo);
  precursors(board, each, half(1.5, 5.0), halo);
  each("osteoclast", (x, y, nuclei, seed) => {
    const r = Math.max(osteoclastRadiusUm(nuclei, site) * scale, 4 * small);
    lobedPath(c, x, y, r, seed);
    fillAndRing(c, stain.osteoclast, stain.halo, 1.25 * halo);
    c.fillStyle = stain.nucleus;
    for (const [dx, dy] of nucleiAt(nuclei, seed)) {
      disc(c, x + r * dx, y + r * dy, half(0.62, 1.5));
      c.fill();
    }
  });
  if (stain.states) callers(board, each, half(3.0, 9.0), halo);
  marrow(board, bone, face, each, layers);
}

function fillAndRing(c, fill, ring, width) {
  c.lineJoin = "round";
  c.strokeStyle = ring;
  c.lineWidth = 2 * width;
  c.stroke();
  c.fillStyle = fill;
  c.fill();
}

function osteoblasts({ c, stain }, each, half) {
  c.fillStyle = stain.osteoblast;
  const r = half(0.44, 0.9), alpha = 0.62;
  each("osteoblast", (x, y) => {
    c.globalAlpha = Math.min(c.globalAlpha, alpha);
    c.fillRect(x - r, y - r, 2 * r, 2 * r);
  });
}

function progenitors({ c, stain }, each, r, halo) {
  each("msc", (x, y, stage) => {
    const committed = stage & 1;
    diamondPath(c, x, y, r);
    c.strokeStyle = committed ? stain.halo : stain.progenitor;
    c.lineWidth = (committed ? 1.6 : 1.1) * halo;
    c.fillStyle = committed ? stain.progenitor : mixed(stain.halo, stain.progenitor, 0.25);
    if (committed) c.stroke();
    c.fill();
    if (!committed) c.stroke();
  });
}

function precursors({ c, stain }, each, r, halo) {
  const shades = Array.from({ length: 9 }, (_, i) => mixed(stain.halo, stain.precursor, i / 8));
  each("osteoclast_precursor", (x, y, ripe) => {
    disc(c, x, y, r + 0.8 * halo);
    c.fillStyle = stain.halo;
    c.fill();
    disc(c, x, y, r);
    c.fillStyle = shades[ripe >> 5];
    c.fill();
    c.strokeStyle = stain.precursor;
    c.lineWidth = 0.9 * halo;
    c.stroke();
  });
}

function callers({ c, stain, theme }, each, r, halo) {
  each("osteocyte", (x, y) => {
    starPath(c, x, y, r);
    fillAndRing(c, theme.calling, stain.halo, 0.8 * halo);
  });
}

function marrow({ c, stain, scale, place }, bone, face, each, layers) {
  each("adipocyte", (x, y, twice) => {
    c.globalAlpha *= 0.55;
    disc(c, x, y, (twice / 2) * scale);
    c.fillStyle = stain.adipocyte;
    c.fill();
    c.strokeStyle = stain.adipocyte_rim;
    c.lineWidth = 1;
    c.stroke();
    c.globalAlpha /= 0.55;
  });
  if (!layers.vessel) return;
  c.globalAlpha = layers.vessel;
  for (let i = 0; i < bone.vessel_face.length; i++) {
    if (bone.vessel_face[i] !== face) continue;
    const at = place(bone.vessel_x[i] + 0.5, bone.vessel_y[i] + 0.5);
    if (!at) continue;
    disc(c, at[0], at[1], Math.max(8 * scale, 3));
    c.fillStyle = stain.vessel_fill;
    c.fill();
    c.strokeStyle = stain.vessel;
    c.lineWidth = 1.6;
    c.stroke();
  }
  c.globalAlpha = 1;
}
