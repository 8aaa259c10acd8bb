// The cut through both faces along a row: packets by age, surfaces, cells and marrow.

const QUARTERS = phases(4, 0.8);

export class SectionView {
  constructor(host) {
    Object.assign(this, { host, bone: null, left: 0, wideUm: null });
    this.canvas = el("canvas", { class: "section", tabindex: 0, role: "application" });
    this.canvas.setAttribute("aria-label", "Section along the dashed line. Up and down move the line, plus and minus zoom, left and right move along.");
    this.root = el("div", { class: "sectionBox" }, this.canvas);
    this.context = this.canvas.getContext("2d");
    this.packets = new Packets();
    this.around = new MarrowLayer();
    this.listen();
    watchSize(this);
  }

  show(bone) {
    this.bone = bone;
    this.invalidate();
  }

  invalidate() {
    onceAFrame(this, () => this.bone && this.wide && this.seen !== false);
  }

  draw() {
    const { bone, canvas } = this;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const { wide: width, high: height } = this;
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
    if (this.stain.cells) c.drawImage(this.around.drawn(this, ratio), 0, 0, width, height);
    c.drawImage(this.packets.drawn(this, ratio), 0, 0, width, height);
    drawSurfaces(this, c);
    drawLacunae(this, c);
    if (this.stain.cells) drawSectionCells(this, c);
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
    const n = values.length, out = new Float32Array(4 * n), w = QUARTERS;
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
    const rise = this.height(face, xUm + 4) - this.height(face, xUm - 4);
    const d = (face ? -distance : distance) / Math.sqrt(rise * rise + 64);
    return this.px(xUm - d * rise, this.height(face, xUm) + d * 8);
  }

  // Where a cell at a site of a face lies along and across the row; null when it is too far.
  near(face, x, y, rows) {
    const { bone } = this;
    let d = (((y - bone.row) % bone.ny) + bone.ny) % bone.ny;
    if (d > bone.ny / 2) d -= bone.ny;
    return Math.abs(d) <= rows ? [((face ? bone.nx - 1 - x : x) + 0.5) * bone.site_um, d * bone.site_um] : null;
  }

  solid(xUm) { return this.stateAt(0, xUm) !== HOLE; }

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
