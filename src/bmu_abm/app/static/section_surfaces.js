// The two surfaces of a section: states, lining cells, labels; and what lies in the bone.

function surfacePath(v, c, face, from, to, distance) {
  const step = Math.max(2.5, 1.5 / v.k); // um: a pixel and a half, where the whole row is shown
  c.beginPath();
  for (let x = from; x <= to; x += step) c.lineTo(...v.lift(face, x, distance));
  c.lineTo(...v.lift(face, to, distance));
}

// Stretches along a surface for which `test(state)` holds, in um.
export function runs(v, face, test) {
  const { bone } = v, s = bone.site_um, found = [];
  const first = Math.max(0, Math.floor(v.left / s) - 1), last = Math.min(bone.nx, Math.ceil((v.left + v.wideUm) / s) + 1);
  let start = null;
  for (let x = first; x <= last; x++) {
    const on = x < last && test(v.states[face][x]);
    if (on && start === null) start = x;
    if (!on && start !== null) {
      found.push([start * s, x * s]);
      start = null;
    }
  }
  return found;
}

export function drawSurfaces(v, c) {
  const { stain, colours } = v, wide = Math.max(1, v.k);
  c.lineCap = "round";
  c.lineJoin = "round";
  for (const face of [0, 1]) {
    if (stain.cells)
      for (const [a, b] of runs(v, face, (s) => s === 0)) {
        for (const [colour, w, up] of [[stain.halo, 1.3, 1.0], [stain.lining, 1.1, 2.4]]) {
          c.strokeStyle = colour;
          c.lineWidth = w;
          surfacePath(v, c, face, a, b, up);
          c.stroke();
        }
        c.fillStyle = stain.lining;
        for (let x = Math.ceil(a / 46) * 46; x < b; x += 46) lens(v, c, ...v.lift(face, x + 6 * Math.sin(1.7 * x), 3), 7.5, 1.9, -v.tilt(face, x));
      }
    if (stain.states)
      for (let state = 1; state < 5; state++)
        for (const [a, b] of runs(v, face, (s) => s === state)) {
          c.strokeStyle = colours.states[state];
          c.lineWidth = 2 * Math.min(1.6, wide);
          surfacePath(v, c, face, a, b, 0.4);
          c.stroke();
        }
  }
  if (v.bone.labels_depth) fluorescentLabels(v, c);
}

function fluorescentLabels(v, c) {
  const { bone } = v, n = bone.nx;
  for (let number = 0; number < 4; number++) {
    const face = number >> 1, depth = bone.labels_depth.subarray(number * n, (number + 1) * n);
    const value = (x) => depth[face ? n - 1 - x : x] / 10;
    for (const [glow, alpha] of [[9, 0.1], [3, 0.3], [0, 1]]) {
      c.strokeStyle = v.stain.label;
      c.globalAlpha = alpha;
      c.lineWidth = 3 * v.k + glow;
      let open = false;
      c.beginPath();
      for (let x = 0; x < n; x++) {
        const d = value(x);
        if (d < 0) { open = false; continue; }
        const near = [x - 1, x, x + 1].map((q) => value((q + n) % n)).filter((q) => q >= 0);
        const smooth = near.reduce((a, b) => a + b) / near.length;
        const at = v.lift(face, (x + 0.5) * bone.site_um, -smooth);
        if (open) c.lineTo(...at); else c.moveTo(...at);
        open = true;
      }
      c.stroke();
    }
  }
  c.globalAlpha = 1;
}

export function lens(v, c, x, y, rx, ry, angle) {
  c.beginPath();
  c.ellipse(x, y, rx * v.k, Math.max(0.8, ry * v.k), angle, 0, 2 * Math.PI);
  c.fill();
}

export function drawLacunae(v, c) {
  const { bone, stain } = v;
  for (let i = 0; i < bone.ocy_x.length; i++) {
    const seed = bone.ocy_seed[i];
    const x = (bone.ocy_x[i] + 0.5) * bone.site_um + bone.site_um * (((seed >>> 9) % 1009) / 1009 - 0.5);
    const z = bone.ocy_z[i] / 10;
    if (!v.solid(x) || z > v.height(0, x) - 2 || z < v.height(1, x) + 2) continue;
    const [px, py] = v.px(x, z), angle = 0.9 * (((seed >>> 3) % 1009) / 1009 - 0.5);
    c.fillStyle = stain.osteocyte;
    if (stain.cells && v.k > 1.1) canaliculi(v, c, px, py, angle);
    lens(v, c, px, py, 6.2, 2.7, angle);
    if (bone.ocy_calling[i] && stain.cells) {
      starPath(c, px, py, Math.max(9 * v.k, 5));
      fillAndRing(c, v.colours.calling, stain.halo, 0.8);
    }
  }
}

function canaliculi(v, c, x, y, angle) {
  c.strokeStyle = v.stain.osteocyte;
  c.globalAlpha = 0.45;
  c.lineWidth = 0.5;
  c.beginPath();
  for (const turn of [0.7, 1.3, 2.1, 3.8, 4.5, 5.4]) {
    const dx = Math.cos(turn + angle) * v.k, dy = 0.75 * Math.sin(turn + angle) * v.k;
    c.moveTo(x + 3 * dx, y + 3 * dy);
    c.lineTo(x + 9 * dx, y + 9 * dy);
  }
  c.stroke();
  c.globalAlpha = 1;
}
