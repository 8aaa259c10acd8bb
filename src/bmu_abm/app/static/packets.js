// Packets of bone by age, as pixels, with cement lines between them and osteoid above.

const BINS = 16;
const NONE = 255;

// Each pixel takes the age bin that wins among the slices around it.
export function drawPackets(v, width, height, ratio) {
  const { bone, ground, stain } = v;
  const fine = v.host.look.playing ? 0.6 * ratio : ratio;
  const w = Math.round(width * fine), h = Math.round(height * fine);
  if (ground.width !== w || ground.height !== h) {
    ground.width = w;
    ground.height = h;
  }
  const c = ground.getContext("2d", { willReadFrequently: true });
  const image = c.createImageData(w, h), out = new Uint32Array(image.data.buffer);
  const nz = bone.ages.length / bone.nx, kx = v.k * fine;
  const [edges, means] = ageBins(bone.ages);
  const bins = Uint8Array.from(bone.ages, (a) => (a === NONE ? NONE : edges[a]));
  const even = evenSlices(bins, bone.nx, nz);
  const pack = (r, g, b) => (255 << 24) | (b << 16) | (g << 8) | r;
  const shade = Float32Array.from(means.flatMap((m) => stain.ages[Math.round(m)]));
  const years = means.map((m) => 30 * (m / 254) ** 2);
  const osteoid = hexToRgb(stain.osteoid), stack = (nz * bone.slice_um) / 2;
  const seamLeast = 1;
  for (let i = 0; i < w; i++) {
    const xUm = v.left + (i + 0.5) / kx;
    if (!v.solid(xUm)) continue;
    const high = v.height(0, xUm), low = v.height(1, xUm);
    if (high - low < 1) continue;
    const seamTop = v.at(v.seam[0], xUm), seamLow = v.at(v.seam[1], xUm);
    const xs = xUm / bone.site_um - 0.5, x0 = Math.round(xs);
    const wx = [-2, -1, 0, 1, 2].map((d) => Math.exp(-0.5 * ((x0 + d - xs) / 1.0) ** 2));
    const xi = [-2, -1, 0, 1, 2].map((d) => (((x0 + d) % bone.nx) + bone.nx) % bone.nx * nz);
    const from = Math.max(0, Math.floor((v.top - high) * kx)), to = Math.min(h - 1, Math.ceil((v.top - low) * kx));
    let above = -1;
    for (let j = from; j <= to; j++) {
      const z = v.top - (j + 0.5) / kx;
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
