// Packets of bone by age, as pixels, with cement lines between them and osteoid above.

const BINS = 16, VOTE_STEPS = 32;
const NONE = 255;
const LIVE_SHARE = 0.6; // of the pixels in each direction, while the bone lives
const REACH_SITES = 3; // a pixel depends on the sites that are no further
const SEAM_LEAST_UM = 1;
const AGE_SHIFT = 2; // by how many of 254 steps a bin may age before all is tinted anew

// The picture of the packets: only the columns of pixels whose bone changed are made anew.
export class Packets {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.key = "";
  }

  drawn(v, ratio) {
    const { bone, stain } = v, fine = v.host.look.playing ? LIVE_SHARE * ratio : ratio;
    const w = Math.round(v.wide * fine), h = Math.round(v.high * fine);
    const now = this.bone(v);
    const key = [w, h, v.left, v.top, v.k, bone.row, bone.nx, now.nz, stain.name, v.colours.name].join();
    if (key !== this.key || now.means.some((m, i) => Math.abs(m - this.seen.means[i]) > AGE_SHIFT)) this.begin(key, w, h, now);
    const dirty = this.dirtySites(v, now, fine);
    if (dirty) this.paint(v, now, fine, dirty);
    return this.canvas;
  }

  // Age bins of the slices of the row.
  bone({ bone }) {
    const nz = bone.ages.length / bone.nx, [edges, means] = ageBins(bone.ages);
    const bins = new Uint8Array(bone.ages.length);
    for (let i = 0; i < bins.length; i++) bins[i] = bone.ages[i] === NONE ? NONE : edges[bone.ages[i]];
    return { nz, bins, means };
  }

  begin(key, w, h, now) {
    Object.assign(this, { key, seen: { means: now.means, all: true } });
    if (this.canvas.width !== w || this.canvas.height !== h || !this.image) {
      this.canvas.width = w;
      this.canvas.height = h;
      this.image = this.context.createImageData(w, h);
      this.out = new Uint32Array(this.image.data.buffer);
      this.won = new Int8Array(w * h);
    }
  }

  // Sites (1 or 0) whose bone is another than in the picture, or null where there is none.
  dirtySites(v, now, fine) {
    const { bone } = v, n = bone.nx, { nz, bins } = now, { seen } = this, dirty = new Uint8Array(n);
    const least = 0.35 / (v.k * fine), lines = [...v.surface, ...v.seam]; // a third of a pixel, in um
    let some = seen.all;
    if (some) dirty.fill(1);
    else
      for (let x = 0; x < n; x++) {
        let changed = v.states[0][x] === HOLE !== (seen.states[x] === HOLE);
        for (let z = x * nz; z < (x + 1) * nz && !changed; z++) changed = bins[z] !== seen.bins[z];
        for (let q = 4 * x; q < 4 * x + 4 && !changed; q++)
          for (let i = 0; i < 4 && !changed; i++) changed = Math.abs(lines[i][q] - seen.lines[i][q]) > least;
        if (changed) dirty[x] = some = 1;
      }
    if (!some) return null;
    if (seen.all) Object.assign(seen, { all: false, bins: bins.slice(), states: v.states[0].slice(), lines: lines.map((one) => one.slice()) });
    else
      for (let x = 0; x < n; x++) {
        if (!dirty[x]) continue;
        seen.bins.set(bins.subarray(x * nz, (x + 1) * nz), x * nz);
        seen.states[x] = v.states[0][x];
        lines.forEach((values, i) => seen.lines[i].set(values.subarray(4 * x, 4 * x + 4), 4 * x));
      }
    return dirty;
  }

  paint(v, now, fine, dirty) {
    const { bone, stain } = v, w = this.canvas.width, kx = v.k * fine, n = bone.nx;
    const near = new Uint8Array(n);
    for (let x = 0; x < n; x++) if (dirty[x]) for (let d = -REACH_SITES; d <= REACH_SITES; d++) near[(x + d + n) % n] = 1;
    const scene = {
      kx, ...now, stack: (now.nz * bone.slice_um) / 2, even: evenSlices(now.bins, n, now.nz, near),
      shade: Float32Array.from(this.seen.means.flatMap((m) => stain.ages[Math.round(m)])),
      years: this.seen.means.map((m) => 30 * (m / 254) ** 2), osteoid: hexToRgb(stain.osteoid),
    };
    for (let i = 0; i < w; i++) {
      const xUm = v.left + (i + 0.5) / kx;
      if (near[clamp(Math.floor(xUm / bone.site_um), 0, n - 1)]) this.column(v, scene, i, xUm);
    }
    this.context.putImageData(this.image, 0, 0);
  }

  // One column of pixels: each takes the age bin that wins among the slices around it.
  column(v, scene, i, xUm) {
    const { bone, stain } = v, { out, won } = this, { kx, nz, bins, even, shade, years, osteoid, stack } = scene;
    const w = this.canvas.width, h = this.canvas.height;
    const high = v.height(0, xUm), low = v.height(1, xUm), solid = v.solid(xUm) && high - low >= 1;
    const from = solid ? Math.max(0, Math.floor((v.top - high) * kx)) : h, to = solid ? Math.min(h - 1, Math.ceil((v.top - low) * kx)) : h;
    for (let j = 0; j < Math.min(from, h); j++) { out[j * w + i] = 0; won[j * w + i] = -1; }
    for (let j = to + 1; j < h; j++) { out[j * w + i] = 0; won[j * w + i] = -1; }
    const seamTop = v.at(v.seam[0], xUm), seamLow = v.at(v.seam[1], xUm);
    const xs = xUm / bone.site_um - 0.5, x0 = Math.round(xs);
    const wx = [-2, -1, 0, 1, 2].map((d) => Math.exp(-0.5 * ((x0 + d - xs) / 1.0) ** 2));
    const xi = [-2, -1, 0, 1, 2].map((d) => (((x0 + d) % bone.nx) + bone.nx) % bone.nx * nz);
    let above = -1;
    for (let j = from; j <= to && j < h; j++) {
      const z = v.top - (j + 0.5) / kx;
      const zs = (z + stack) / bone.slice_um - 0.5, z0 = Math.round(zs);
      const own = z0 >= 0 && z0 < nz ? xi[2] + z0 : -1;
      let best = own >= 0 && even[own] ? bins[own] : winner(bins, nz, xi, wx, z0, zs);
      if (best < 0) best = Math.max(0, above);
      let r = shade[3 * best], g = shade[3 * best + 1], b = shade[3 * best + 2];
      const side = i > 0 ? won[j * w + i - 1] : -1;
      const cement = (above >= 0 && best !== above && Math.abs(years[best] - years[above]) > 0.5) || (side >= 0 && side !== best && Math.abs(years[best] - years[side]) > 0.5);
      const grain = 1 + 0.022 * (noise[(j * 37 + (i >> 4) * 101) & 4095] * 2 - 1);
      const f = (cement && stain.cement < 0 ? 1 + 0.75 * stain.cement : 1) * grain;
      const plus = cement && stain.cement > 0 ? 255 * stain.cement : 0;
      r = Math.min(255, r * f + plus); g = Math.min(255, g * f + plus); b = Math.min(255, b * f + plus);
      if ((seamTop > SEAM_LEAST_UM && high - z < seamTop) || (seamLow > SEAM_LEAST_UM && z - low < seamLow)) [r, g, b] = osteoid;
      won[j * w + i] = above = best;
      const cover = Math.min(1, Math.min((high - z) * kx, (z - low) * kx) + 0.5);
      out[j * w + i] = (Math.round(255 * Math.max(0, cover)) << 24) | (b << 16) | (g << 8) | r;
    }
  }
}

// The bin with most votes among 25 slices, or -1.
function winner(bins, nz, xi, wx, z0, zs) {
  let best = -1, most = 0;
  const from = 5 * Math.round((zs - z0 + 0.5) * VOTE_STEPS) + 2;
  votes.fill(0);
  for (let d = -2; d <= 2; d++) {
    const zi = z0 + d;
    if (zi < 0 || zi >= nz) continue;
    const wz = nearness[from + d];
    for (let e = 0; e < 5; e++) {
      const b = bins[xi[e] + zi];
      if (b === NONE) continue;
      votes[b] += wz * wx[e];
      if (votes[b] > most) { most = votes[b]; best = b; }
    }
  }
  return best;
}

// Slices in the columns that are painted, and beside them, whose neighbours all fall into the same
// bin: no vote is needed there.
function evenSlices(bins, nx, nz, painted) {
  const even = new Uint8Array(nx * nz);
  for (let x = 0; x < nx; x++) {
    if (!painted[x] && !painted[(x + 1) % nx] && !painted[(x + nx - 1) % nx]) continue;
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
  }
  return even;
}

const votes = new Float32Array(BINS);
// Weights of five slices, by where a pixel lies in the middle one.
const nearness = Float32Array.from({ length: 5 * (VOTE_STEPS + 1) }, (_, i) => Math.exp(-0.5 * (((i % 5) - 2 - (Math.floor(i / 5) / VOTE_STEPS - 0.5)) / 1.3) ** 2));
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
