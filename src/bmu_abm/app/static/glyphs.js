// The cells on a face, each as its glyph: true size, but never too small to be seen.

const EDGE = 30; // px: what lies further outside does not reach in
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

// `board` has: c (context), sprites, view (left, bottom, k), place(x, y) -> [px, py], scale (px per um), site (um), stain,
// theme, size (css pixels of the map), ratio.
export function drawCells(board, bone, face, layers) {
  const { c, scale, site, stain, sprites, ratio } = board, [width, height] = board.size;
  const each = (kind, draw) => {
    if (layers[kind] === 0) return;
    sprites.alpha = c.globalAlpha = layers[kind] ?? 1;
    const [from, to] = bone.cells[kind], { left, bottom, k } = board.view;
    for (let i = from; i < to; i++) {
      if (bone.cell_face[i] !== face) continue;
      const x = (bone.cell_x[i] + 0.5 - left) * k, y = height - (bone.cell_y[i] + 0.5 - bottom) * k;
      if (x > -EDGE && y > -EDGE && x < width + EDGE && y < height + EDGE) draw(x, y, bone.cell_extra[i], bone.cell_seed[i]);
    }
    c.globalAlpha = 1;
  };
  const small = clamp((scale * site * bone.nx) / 340, 0.4, 1);
  const halo = clamp(0.3 * site * scale, 0.7 * small, 1.6);
  const half = (sites, least) => Math.max(sites * site * scale, least * small) / 2;
  sprites.begin(Math.round(width * ratio), Math.round(height * ratio), ratio, `${stain.name}/${board.theme.name}`);
  if (stain.name !== "tetracycline") osteoblasts(board, each, half(0.5, 1.4));
  progenitors(board, each, half(2.0, 6.5), halo);
  precursors(board, each, half(1.5, 5.0), halo);
  c.drawImage(sprites.end(), 0, 0, width, height);
  each("osteoclast", (x, y, nuclei, seed) => osteoclast(board, x, y, nuclei, seed, small, halo, half(0.62, 1.5)));
  if (stain.states) callers(board, each, half(3.0, 9.0), halo);
  marrow(board, bone, face, each, layers);
}

export function fillAndRing(c, fill, ring, width) {
  c.lineJoin = "round";
  c.strokeStyle = ring;
  c.lineWidth = 2 * width;
  c.stroke();
  c.fillStyle = fill;
  c.fill();
}

function osteoclast({ c, stain, site, scale }, x, y, nuclei, seed, small, halo, spot) {
  const r = Math.max(osteoclastRadiusUm(nuclei, site) * scale, 4 * small);
  lobedPath(c, x, y, r, seed);
  fillAndRing(c, stain.osteoclast, stain.halo, 1.25 * halo);
  c.fillStyle = stain.nucleus;
  c.beginPath();
  for (const [dx, dy] of nucleiAt(nuclei, seed)) {
    c.moveTo(x + r * dx + spot, y + r * dy);
    c.arc(x + r * dx, y + r * dy, spot, 0, 2 * Math.PI);
  }
  c.fill();
}

function osteoblasts({ stain, sprites }, each, r) {
  const sprite = sprites.sprite("osteoblast", r, (c) => {
    c.globalAlpha = 0.62;
    c.fillStyle = stain.osteoblast;
    c.beginPath();
    c.roundRect(-r, -r, 2 * r, 2 * r, 0.35 * r);
    c.fill();
  });
  each("osteoblast", (x, y) => sprites.put(sprite, x, y));
}

function progenitors({ stain, sprites }, each, r, halo) {
  const kinds = [0, 1].map((committed) => sprites.sprite(`progenitor${committed}`, r + 2 * halo, (c) => {
    diamondPath(c, 0, 0, r);
    if (committed) return fillAndRing(c, stain.progenitor, stain.halo, 0.8 * halo);
    c.fillStyle = mixed(stain.halo, stain.progenitor, 0.25);
    c.fill();
    c.strokeStyle = stain.progenitor;
    c.lineWidth = 1.1 * halo;
    c.stroke();
  }));
  each("msc", (x, y, stage) => sprites.put(kinds[stage & 1], x, y));
}

function precursors({ stain, sprites }, each, r, halo) {
  const kinds = Array.from({ length: 8 }, (_, i) => sprites.sprite(`precursor${i}`, r + 2 * halo, (c) => {
    disc(c, 0, 0, r + 0.8 * halo);
    c.fillStyle = stain.halo;
    c.globalAlpha = 0.9;
    c.fill();
    c.globalAlpha = 1;
    disc(c, 0, 0, r);
    c.fillStyle = mixed(stain.halo, stain.precursor, i / 7);
    c.fill();
    c.strokeStyle = stain.precursor;
    c.lineWidth = 0.9 * halo;
    c.stroke();
  }));
  each("osteoclast_precursor", (x, y, ripe) => sprites.put(kinds[ripe >> 5], x, y));
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
