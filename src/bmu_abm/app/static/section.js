// The cut through both faces along a row: packets by age, surfaces, cells and marrow.

const BINS = 16;
const REVERSAL_STATE = 2;
const NONE = 255;

export class SectionView {
  constructor(host) {
    Object.assign(this, { host, bone: null, left: 0, wideUm: null });
    this.canvas = el("canvas", { class: "section", tabindex: 0, role: "application" });
    this.canvas.setAttribute("aria-label", "Section along the dashed line. Up and down move the line, plus and minus zoom, left and right move along.");
    this.root = el("div", { class: "sectionBox" }, this.canvas);
    this.context = this.canvas.getContext("2d");
    this.ground = document.createElement("canvas");
    this.listen();
    new ResizeObserver(() => this.invalidate()).observe(this.root);
  }

  show(bone) {
    this.bone = bone;
    this.invalidate();
  }

  invalidate() {
    onceAFrame(this, () => this.bone && this.root.clientWidth);
  }

  draw() {
    const { bone, canvas } = this;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = this.root.clientWidth, height = this.root.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.measure(width, height);
    const c = this.context;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.colours = this.host.colours();
    this.stain = this.colours.stains[bone.stain];
    c.fillStyle = this.stain.marrow;
    c.fillRect(0, 0, width, height);
    this.packets(width, height, ratio);
    c.drawImage(this.ground, 0, 0, width, height);
    if (this.stain.cells) this.marrow(c);
    this.lines(c);
    this.lacunae(c);
    if (this.stain.cells) this.cells(c);
    chip(c, this.colours, "front face");
    chip(c, this.colours, "back face", height);
    scaleBar(c, this.colours, this.k, width, height);
    canvas.setAttribute("data-day", bone.day);
  }

  // Smooth heights of both surfaces (um, middle of the stack at 0) and the scale.
  measure(width, height) {
    const { bone } = this;
    const n = bone.nx, whole = n * bone.site_um;
    this.wideUm = clamp(this.wideUm || (width < 480 ? whole / 2 : whole), 150, whole);
    this.left = clamp(this.left, 0, whole - this.wideUm);
    this.k = width / this.wideUm;
    const raw = [new Float32Array(n), new Float32Array(n)];
    this.states = [new Uint8Array(n), new Uint8Array(n)];
    this.seams = [new Float32Array(n), new Float32Array(n)];
    for (let x = 0; x < n; x++) {
      const back = n - 1 - x, row = bone.row;
      raw[0][x] = heightUm(bone, 0, row, x);
      raw[1][x] = -heightUm(bone, 1, row, back);
      this.states[0][x] = bone.state[row * n + x];
      this.states[1][x] = bone.state[(bone.ny + row) * n + back];
      this.seams[0][x] = bone.osteoid[x] / 10;
      this.seams[1][x] = bone.osteoid[n + back] / 10;
    }
    this.surface = raw.map((values) => this.denser(values));
    this.seam = this.seams.map((values) => this.denser(values));
    let low = 1e9, high = -1e9;
    for (let x = Math.floor(this.left / bone.site_um); x < Math.min(n, (this.left + this.wideUm) / bone.site_um); x++) {
      low = Math.min(low, raw[1][x]);
      high = Math.max(high, raw[0][x]);
    }
    this.middle = (low + high) / 2;
    if (this.held === undefined || Math.abs(this.held - this.middle) > 12) this.held = this.middle;
    this.top = this.held + height / this.k / 2;
  }

  // Smooth by 0.8 site and read at every quarter of a site.
  denser(values) {
    const n = values.length, out = new Float32Array(4 * n), w = phases(4, 0.8);
    for (let x = 0; x < n; x++)
      for (let k = 0; k < 4; k++) {
        let sum = 0;
        for (let j = -REACH; j <= REACH; j++) sum += w[k][j + REACH] * values[(x + j + n) % n];
        out[4 * x + k] = sum;
      }
    return out;
  }

  at(values, xUm) {
    const n = values.length, p = xUm / (this.bone.site_um / 4) - 0.5;
    const i = Math.floor(p), t = p - i;
    return values[((i % n) + n) % n] * (1 - t) + values[(((i + 1) % n) + n) % n] * t;
  }

  height(face, xUm) { return this.at(this.surface[face], xUm); }
  stateAt(face, xUm) { return this.states[face][clamp(Math.floor(xUm / this.bone.site_um), 0, this.bone.nx - 1)]; }
  px(xUm, zUm) { return [(xUm - this.left) * this.k, (this.top - zUm) * this.k]; }
  tilt(face, xUm) { return Math.atan2(this.height(face, xUm + 4) - this.height(face, xUm - 4), 8); }
  lift(face, xUm, distance) {
    const t = this.tilt(face, xUm), d = distance * (face ? -1 : 1);
    return this.px(xUm - d * Math.sin(t), this.height(face, xUm) + d * Math.cos(t));
  }
  solid(xUm) { return this.stateAt(0, xUm) !== HOLE; }

  // Each pixel takes the age bin that wins among the slices around it.
  packets(width, height, ratio) {
    const { bone, ground, stain } = this;
    const fine = this.host.look.playing ? 0.6 * ratio : ratio;
    const w = Math.round(width * fine), h = Math.round(height * fine);
    if (ground.width !== w || ground.height !== h) {
      ground.width = w;
      ground.height = h;
    }
    const c = ground.getContext("2d", { willReadFrequently: true });
    const image = c.createImageData(w, h), out = new Uint32Array(image.data.buffer);
    const nz = bone.ages.length / bone.nx, kx = this.k * fine;
    const [edges, means] = ageBins(bone.ages);
    const bins = Uint8Array.from(bone.ages, (a) => (a === NONE ? NONE : edges[a]));
    const even = evenSlices(bins, bone.nx, nz);
    const pack = (r, g, b) => (255 << 24) | (b << 16) | (g << 8) | r;
    const shade = Float32Array.from(means.flatMap((m) => stain.ages[Math.round(m)]));
    const years = means.map((m) => 30 * (m / 254) ** 2);
    const osteoid = hexToRgb(stain.osteoid), stack = (nz * bone.slice_um) / 2;
    const seamLeast = 1;
    for (let i = 0; i < w; i++) {
      const xUm = this.left + (i + 0.5) / kx;
      if (!this.solid(xUm)) continue;
      const high = this.height(0, xUm), low = this.height(1, xUm);
      if (high - low < 1) continue;
      const seamTop = this.at(this.seam[0], xUm), seamLow = this.at(this.seam[1], xUm);
      const xs = xUm / bone.site_um - 0.5, x0 = Math.round(xs);
      const wx = [-2, -1, 0, 1, 2].map((d) => Math.exp(-0.5 * ((x0 + d - xs) / 1.0) ** 2));
      const xi = [-2, -1, 0, 1, 2].map((d) => (((x0 + d) % bone.nx) + bone.nx) % bone.nx * nz);
      const from = Math.max(0, Math.floor((this.top - high) * kx)), to = Math.min(h - 1, Math.ceil((this.top - low) * kx));
      let above = -1;
      for (let j = from; j <= to; j++) {
        const z = this.top - (j + 0.5) / kx;
        const zs = (z + stack) / bone.slice_um - 0.5, z0 = Math.round(zs);
        const own = z0 >= 0 && z0 < nz ? xi[2] + z0 : -1;
        let best = own >= 0 && even[own] ? bins[own] : -1, most = 0;
        if (best < 0) for (let b = 0; b < BINS; b++) votes[b] = 0;
        if (best < 0) for (let d = -2; d <= 2; d++) {
          const zi = z0 + d;
          if (zi < 0 || zi >= nz) continue;
          const wz = Math.exp(-0.5 * ((zi - zs) / 1.3) ** 2);
          for (let e = 0; e < 5; e++) {
            const b = bins[xi[e] + zi];
            if (b === NONE) continue;
            votes[b] += wz * wx[e];
            if (votes[b] > most) { most = votes[b]; best = b; }
          }
        }
        if (best < 0) best = Math.max(0, above);
        let r = shade[3 * best], g = shade[3 * best + 1], b = shade[3 * best + 2];
        const jump = above >= 0 && best !== above && Math.abs(years[best] - years[above]) > 0.5;
        const side = i > 0 ? kept[j] : -1;
        const cement = jump || (side >= 0 && side !== best && Math.abs(years[best] - years[side]) > 0.5);
        const grain = 1 + 0.022 * (noise[(j * 37 + (i >> 4) * 101) & 4095] * 2 - 1);
        const f = (cement && stain.cement < 0 ? 1 + 0.75 * stain.cement : 1) * grain;
        const plus = cement && stain.cement > 0 ? 255 * stain.cement : 0;
        r = Math.min(255, r * f + plus); g = Math.min(255, g * f + plus); b = Math.min(255, b * f + plus);
        if ((seamTop > seamLeast && high - z < seamTop) || (seamLow > seamLeast && z - low < seamLow)) { r = osteoid[0]; g = osteoid[1]; b = osteoid[2]; }
        kept[j] = best;
        above = best;
        const cover = Math.min(1, Math.min((high - z) * kx, (z - low) * kx) + 0.5);
        out[j * w + i] = cover >= 1 ? pack(r, g, b) : (pack(r, g, b) & 0xffffff) | (Math.round(255 * Math.max(0, cover)) << 24);
      }
      for (let j = 0; j < from; j++) kept[j] = -1;
      for (let j = to + 1; j < h; j++) kept[j] = -1;
    }
    c.putImageData(image, 0, 0);
  }

  path(c, face, from, to, distance) {
    c.beginPath();
    for (let x = from; x <= to; x += 2.5) c.lineTo(...this.lift(face, x, distance));
    c.lineTo(...this.lift(face, to, distance));
  }

  // Stretches along a surface for which `test(state)` holds, in um.
  runs(face, test) {
    const { bone } = this, s = bone.site_um, found = [];
    const first = Math.max(0, Math.floor(this.left / s) - 1), last = Math.min(bone.nx, Math.ceil((this.left + this.wideUm) / s) + 1);
    let start = null;
    for (let x = first; x <= last; x++) {
      const on = x < last && test(this.states[face][x]);
      if (on && start === null) start = x;
      if (!on && start !== null) {
        found.push([start * s, x * s]);
        start = null;
      }
    }
    return found;
  }

  lines(c) {
    const { stain, colours } = this, wide = Math.max(1, this.k);
    c.lineCap = "round";
    c.lineJoin = "round";
    for (const face of [0, 1]) {
      if (stain.cells)
        for (const [a, b] of this.runs(face, (s) => s === 0)) {
          for (const [colour, w, up] of [[stain.halo, 1.3, 1.0], [stain.lining, 1.1, 2.4]]) {
            c.strokeStyle = colour;
            c.lineWidth = w;
            this.path(c, face, a, b, up);
            c.stroke();
          }
          c.fillStyle = stain.lining;
          for (let x = Math.ceil(a / 46) * 46; x < b; x += 46) this.lens(c, ...this.lift(face, x + 6 * Math.sin(1.7 * x), 3), 7.5, 1.9, -this.tilt(face, x));
        }
      if (stain.states)
        for (let state = 1; state < 5; state++)
          for (const [a, b] of this.runs(face, (s) => s === state)) {
            c.strokeStyle = colours.states[state];
            c.lineWidth = 2 * Math.min(1.6, wide);
            this.path(c, face, a, b, 0.4);
            c.stroke();
          }
    }
    if (this.bone.labels_depth) this.labels(c);
  }

  labels(c) {
    const { bone } = this, n = bone.nx;
    for (let number = 0; number < 4; number++) {
      const face = number >> 1, depth = bone.labels_depth.subarray(number * n, (number + 1) * n);
      const value = (x) => depth[face ? n - 1 - x : x] / 10;
      for (const [glow, alpha] of [[9, 0.1], [3, 0.3], [0, 1]]) {
        c.strokeStyle = this.stain.label;
        c.globalAlpha = alpha;
        c.lineWidth = 3 * this.k + glow;
        let open = false;
        c.beginPath();
        for (let x = 0; x < n; x++) {
          const d = value(x);
          if (d < 0) { open = false; continue; }
          const near = [x - 1, x, x + 1].map((q) => value((q + n) % n)).filter((q) => q >= 0);
          const smooth = near.reduce((a, b) => a + b) / near.length;
          const at = this.lift(face, (x + 0.5) * bone.site_um, -smooth);
          if (open) c.lineTo(...at); else c.moveTo(...at);
          open = true;
        }
        c.stroke();
      }
    }
    c.globalAlpha = 1;
  }

  lens(c, x, y, rx, ry, angle) {
    c.beginPath();
    c.ellipse(x, y, rx * this.k, Math.max(0.8, ry * this.k), angle, 0, 2 * Math.PI);
    c.fill();
  }

  lacunae(c) {
    const { bone, stain } = this;
    for (let i = 0; i < bone.ocy_x.length; i++) {
      const seed = bone.ocy_seed[i];
      const x = (bone.ocy_x[i] + 0.5) * bone.site_um + bone.site_um * (((seed >>> 9) % 1009) / 1009 - 0.5);
      const z = bone.ocy_z[i] / 10;
      if (!this.solid(x) || z > this.height(0, x) - 2 || z < this.height(1, x) + 2) continue;
      const [px, py] = this.px(x, z), angle = 0.9 * (((seed >>> 3) % 1009) / 1009 - 0.5);
      c.fillStyle = stain.osteocyte;
      if (stain.cells && this.k > 1.1) this.canaliculi(c, px, py, angle);
      this.lens(c, px, py, 6.2, 2.7, angle);
      if (bone.ocy_calling[i] && stain.cells) {
        starPath(c, px, py, Math.max(9 * this.k, 5));
        fillAndRing(c, this.colours.calling, stain.halo, 0.8);
      }
    }
  }

  canaliculi(c, x, y, angle) {
    c.strokeStyle = this.stain.osteocyte;
    c.globalAlpha = 0.45;
    c.lineWidth = 0.5;
    c.beginPath();
    for (const turn of [0.7, 1.3, 2.1, 3.8, 4.5, 5.4]) {
      const dx = Math.cos(turn + angle) * this.k, dy = 0.75 * Math.sin(turn + angle) * this.k;
      c.moveTo(x + 3 * dx, y + 3 * dy);
      c.lineTo(x + 9 * dx, y + 9 * dy);
    }
    c.stroke();
    c.globalAlpha = 1;
  }

  // -- marrow: nothing overlaps; what has no room is left out ------------------------------------

  marrow(c) {
    const { bone, stain } = this;
    this.speckle(c);
    for (const face of [0, 1]) {
      const discs = [], out = face ? -1 : 1;
      const edge = face ? this.top - this.root.clientHeight / this.k : this.top;
      const settle = (x, r, seed, tall = r) => {
        const draw = seeded(seed), base = this.height(face, x);
        const depth = Math.max(Math.abs(edge - base) - 0.4 * r, r + 18);
        for (let tries = 0; tries < 10; tries++) {
          const z = base + out * (tall + 15 + draw() * Math.max(0, depth - tall - 15));
          let free = true;
          for (let q = -1; q <= 1 && free; q += 0.25) free = out * (z - this.height(face, x + q * r)) - Math.sqrt(Math.max(0, tall * tall - (q * tall) ** 2)) > 13;
          if (free && discs.every(([a, b, s]) => Math.hypot(x - a, z - b) > r + s + 3)) {
            discs.push([x, z, r]);
            return [x, z];
          }
        }
        return null;
      };
      this.vessels(c, face, settle);
      this.fat(c, face, settle);
    }
  }

  near(face, x, y, rows) {
    const { bone } = this;
    let d = (((y - bone.row) % bone.ny) + bone.ny) % bone.ny;
    if (d > bone.ny / 2) d -= bone.ny;
    return Math.abs(d) <= rows ? [((face ? bone.nx - 1 - x : x) + 0.5) * bone.site_um, d * bone.site_um] : null;
  }

  vessels(c, face, settle) {
    const { bone, stain } = this;
    for (let i = 0; i < bone.vessel_x.length; i++) {
      const at = bone.vessel_face[i] === face && this.near(face, bone.vessel_x[i], bone.vessel_y[i], 1);
      const spot = at && settle(at[0], 26, i + 7, 12);
      if (!spot) continue;
      const [x, y] = this.px(...spot);
      c.beginPath();
      c.ellipse(x, y, 30 * this.k, 9 * this.k, 0, 0, 2 * Math.PI);
      c.fillStyle = stain.vessel_fill;
      c.fill();
      c.strokeStyle = stain.vessel;
      c.lineWidth = 1.4;
      c.stroke();
      c.fillStyle = stain.vessel;
      for (const [dx, dy] of [[-19, 0], [-9, 1.5], [1, -1.5], [10, 1.2], [20, -0.5]]) {
        disc(c, x + dx * this.k, y + dy * this.k, 2.3 * this.k);
        c.fill();
      }
    }
  }

  fat(c, face, settle) {
    const { bone, stain } = this;
    const [from, to] = bone.cells.adipocyte;
    for (let i = from; i < to; i++) {
      if (bone.cell_face[i] !== face) continue;
      const radius = bone.cell_extra[i] / 2, at = this.near(face, bone.cell_x[i], bone.cell_y[i], Math.ceil(radius / bone.site_um));
      const chord = at ? Math.sqrt(Math.max(0, radius * radius - at[1] * at[1])) : 0;
      if (chord < 6 || at[0] < this.left - 40 || at[0] > this.left + this.wideUm + 40) continue;
      const spot = settle(at[0], chord, bone.cell_seed[i]);
      if (!spot) continue;
      const [x, y] = this.px(...spot);
      disc(c, x, y, chord * this.k);
      c.fillStyle = stain.adipocyte;
      c.fill();
      c.strokeStyle = stain.adipocyte_rim;
      c.lineWidth = 1;
      c.stroke();
      const turn = bone.cell_seed[i] % 360 / 57.3;
      c.fillStyle = stain.adipocyte_rim;
      this.lens(c, x + (chord - 2) * this.k * Math.cos(turn), y + (chord - 2) * this.k * Math.sin(turn), 4.2, 2, turn + Math.PI / 2);
    }
  }

  speckle(c) {
    const { bone, stain } = this, draw = seeded(bone.row + 1);
    const low = this.top - this.root.clientHeight / this.k, whole = bone.nx * bone.site_um;
    const count = Math.round((whole * (this.top - low)) / 620);
    c.fillStyle = stain.speckle;
    c.globalAlpha = 0.55;
    for (let i = 0; i < count; i++) {
      const x = draw() * whole, share = draw(), r = 1.4 + 2.2 * draw();
      if (x < this.left || x > this.left + this.wideUm) continue;
      const z = low + share * (this.top - low);
      if (this.solid(x) && z < this.height(0, x) + 12 && z > this.height(1, x) - 12) continue;
      disc(c, ...this.px(x, z), r * this.k);
      c.fill();
    }
    c.globalAlpha = 1;
  }

  // -- cells on the surfaces -----------------------------------------------------------------------

  cells(c) {
    for (const face of [0, 1]) {
      this.reversal(c, face);
      this.on(face, "osteoblast", 0, (x) => this.osteoblast(c, face, x));
      this.on(face, "msc", 2, (x, across, stage, seed) => {
        const up = stage & 1 ? 13 : 26 + ((seed >>> 7) % 1009) / 168;
        const [px, py] = this.lift(face, x, up);
        diamondPath(c, px, py, Math.max(6 * this.k, 3));
        c.fillStyle = mixed(this.stain.halo, this.stain.progenitor, stage & 1 ? 1 : 0.3);
        c.strokeStyle = this.stain.progenitor;
        c.lineWidth = 0.9;
        c.fill();
        c.stroke();
      });
      this.on(face, "osteoclast_precursor", 2, (x, across, ripe, seed) => {
        const [px, py] = this.lift(face, x, 10 + ((seed >>> 5) % 1009) / 84);
        disc(c, px, py, Math.max(4.6 * this.k, 2.4));
        c.fillStyle = mixed(this.stain.halo, this.stain.precursor, ripe / 255);
        c.strokeStyle = this.stain.precursor;
        c.lineWidth = 0.9;
        c.fill();
        c.stroke();
      });
      this.on(face, "osteoclast", 9, (x, across, nuclei, seed) => this.dome(c, face, x, across, nuclei, seed));
    }
  }

  on(face, kind, rows, draw) {
    const { bone } = this, [from, to] = bone.cells[kind];
    if (this.host.look.layers[kind] === 0) return;
    for (let i = from; i < to; i++) {
      if (bone.cell_face[i] !== face) continue;
      const at = this.near(face, bone.cell_x[i], bone.cell_y[i], rows);
      if (at && at[0] > this.left - 60 && at[0] < this.left + this.wideUm + 60) draw(at[0], at[1], bone.cell_extra[i], bone.cell_seed[i]);
    }
  }

  reversal(c, face) {
    c.fillStyle = this.stain.reversal;
    for (const [a, b] of this.runs(face, (s) => s === REVERSAL_STATE)) {
      const count = Math.max(1, Math.floor((b - a) / 15));
      for (let i = 0; i < count; i++) {
        const x = a + ((i + 0.5) * (b - a)) / count;
        this.lens(c, ...this.lift(face, x, 3.6), 6.4, 2.1, -this.tilt(face, x) + 0.2 * Math.sin(5 * x));
      }
    }
  }

  osteoblast(c, face, x) {
    const [px, py] = this.lift(face, x, 6.8), r = 4.6 * this.k;
    c.save();
    c.translate(px, py);
    c.rotate(-this.tilt(face, x));
    c.beginPath();
    c.roundRect(-r, -r, 2 * r, 2 * r, 0.3 * r);
    c.fillStyle = this.stain.osteoblast;
    c.strokeStyle = this.stain.halo;
    c.lineWidth = 0.6;
    c.fill();
    c.stroke();
    c.fillStyle = this.stain.osteoblast_nucleus;
    disc(c, 0, 0, 1.6 * this.k);
    c.fill();
    c.restore();
  }

  dome(c, face, x, across, nuclei, seed) {
    const radius = osteoclastRadiusUm(nuclei, this.bone.site_um);
    const half = Math.sqrt(Math.max(0, radius * radius - across * across));
    if (half < 0.7 * this.bone.site_um) return;
    const out = face ? -1 : 1, phase = seeded(seed)() * 6, foot = [], top = [];
    for (let i = 0; i <= 40; i++) {
      const u = i / 20 - 1, bulge = Math.sqrt(1 - Math.abs(u) ** 2.6);
      const at = this.lift(face, x + half * u, 0.8);
      foot.push(at);
      top.push([at[0], at[1] - out * this.k * (9 + 0.5 * half) * bulge * (1 + 0.09 * Math.cos(8 * u + phase))]);
    }
    c.beginPath();
    for (const at of [...foot, ...top.slice().reverse()]) c.lineTo(...at);
    c.closePath();
    fillAndRing(c, this.stain.osteoclast, this.stain.halo, 0.8);
    const count = clamp(Math.ceil((nuclei * half) / Math.max(2.4 * radius, 1)), 1, 5);
    c.fillStyle = this.stain.nucleus;
    for (let i = 0; i < count; i++) {
      const j = count === 1 ? 20 : Math.round(9 + (22 * i) / (count - 1)), share = i % 2 ? 0.38 : 0.62;
      disc(c, foot[j][0] * (1 - share) + top[j][0] * share, foot[j][1] * (1 - share) + top[j][1] * share, 2.2 * this.k);
      c.fill();
    }
  }

  // -- pointer and keys ----------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    let last = null;
    canvas.addEventListener("pointerdown", (e) => { canvas.setPointerCapture(e.pointerId); last = [e.clientX, e.clientY]; this.rowAt = this.bone && this.bone.row; });
    canvas.addEventListener("pointermove", (e) => {
      if (!last || !this.bone) return;
      this.left -= (e.clientX - last[0]) / this.k;
      last = [e.clientX, e.clientY];
      this.invalidate();
    });
    canvas.addEventListener("pointerup", () => (last = null));
    canvas.addEventListener("pointercancel", () => (last = null));
    canvas.addEventListener("wheel", (e) => {
      if (!this.bone) return;
      e.preventDefault();
      const x = this.left + (e.clientX - canvas.getBoundingClientRect().left) / this.k;
      this.zoomBy(Math.exp(e.deltaY * 0.0016), x);
    }, { passive: false });
    canvas.addEventListener("keydown", (e) => {
      if (!this.bone || e.ctrlKey || e.metaKey || e.altKey) return;
      const far = e.shiftKey ? 10 : 1, { bone } = this;
      if (e.key === "ArrowUp") this.host.onRow(Math.min(bone.ny - 1, bone.row + far));
      else if (e.key === "ArrowDown") this.host.onRow(Math.max(0, bone.row - far));
      else if (e.key === "ArrowLeft") this.left -= 20 * far;
      else if (e.key === "ArrowRight") this.left += 20 * far;
      else if (e.key === "+" || e.key === "=") this.zoomBy(1 / 1.3);
      else if (e.key === "-") this.zoomBy(1.3);
      else return;
      e.preventDefault();
      e.stopPropagation();
      this.invalidate();
    });
  }

  zoomBy(factor, x = this.left + this.wideUm / 2) {
    const share = (x - this.left) / this.wideUm;
    this.wideUm = clamp(this.wideUm * factor, 150, this.bone.nx * this.bone.site_um);
    this.left = x - share * this.wideUm;
    this.invalidate();
  }
}

// Slices whose neighbours all fall into the same bin: no vote is needed there.
function evenSlices(bins, nx, nz) {
  const even = new Uint8Array(nx * nz);
  for (let x = 0; x < nx; x++)
    for (let z = 2; z < nz - 2; z++) {
      const own = bins[x * nz + z];
      if (own === NONE) continue;
      let same = 1;
      for (let d = -2; d <= 2 && same; d++) {
        const from = ((x + d + nx) % nx) * nz + z;
        same = bins[from] === own && bins[from - 2] === own && bins[from - 1] === own && bins[from + 1] === own && bins[from + 2] === own ? 1 : 0;
      }
      even[x * nz + z] = same;
    }
  return even;
}

const votes = new Float32Array(BINS);
const kept = new Int16Array(4096).fill(-1);
const noise = Float32Array.from({ length: 4096 }, (_, i) => ((Math.imul(i + 11, 2654435761) >>> 8) & 65535) / 65535);

// Borders of the age bins, each moved into the widest gap near by, so that a packet falls into one.
export function ageBins(ages) {
  const seen = new Uint8Array(256), edges = new Uint8Array(256);
  for (const a of ages) seen[a] = 1;
  const width = 254 / BINS, cuts = [];
  for (let b = 1; b < BINS; b++) {
    const low = Math.round((b - 0.5) * width), high = Math.round((b + 0.5) * width);
    let best = 0, cut = Math.round(b * width), last = low;
    for (let a = low; a <= high; a++)
      if (seen[a] || a === high) {
        if (a - last > best) [best, cut] = [a - last, (a + last) / 2];
        last = a;
      }
    cuts.push(cut);
  }
  const sums = new Float64Array(BINS), counts = new Uint32Array(BINS);
  for (let a = 0, b = 0; a < 255; a++) {
    while (b < cuts.length && a >= cuts[b]) b++;
    edges[a] = b;
  }
  for (const a of ages) if (a !== NONE) { sums[edges[a]] += a; counts[edges[a]]++; }
  return [edges, Array.from(sums, (s, i) => (counts[i] ? s / counts[i] : (i + 0.5) * width))];
}
