// The map of a face: relief and cells, panned, zoomed and picked by pointer or keyboard.

const MOST_ZOOM = 14;
const PICK_PX = 14;
const FACE_NAMES = ["front face", "back face"];

export class FaceView {
  // `host`: { look, colours(), send(message), onRow(row), onPick(kind, ...), tool() }
  constructor(face, host, arm = 0) {
    Object.assign(this, { face, host, arm, zoom: 1, cx: 50, cy: 50, cursor: null, bone: null, relief: null });
    this.canvas = el("canvas", { class: "face", tabindex: 0, role: "application", "data-face": face, "data-arm": arm });
    this.canvas.setAttribute("aria-label", `Map of the ${FACE_NAMES[face]}. Arrows move a cursor, Enter looks closer, plus and minus zoom, page up and down move the section.`);
    this.root = el("div", { class: "faceBox" }, this.canvas);
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.listen();
    watchSize(this);
  }

  show(bone) {
    if (!this.bone || this.bone.nx !== bone.nx || this.bone.ny !== bone.ny) {
      this.relief = null;
      Object.assign(this, { cx: bone.nx / 2, cy: bone.ny / 2, zoom: 1 });
      this.root.style.aspectRatio = `${bone.nx} / ${bone.ny}`;
    }
    this.bone = bone;
    this.stale = true;
    this.invalidate();
  }

  invalidate() {
    onceAFrame(this, () => this.bone && this.wide && this.seen !== false);
  }

  draw() {
    const { bone, canvas, context: c } = this;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const { wide: width, high: height } = this;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const colours = this.host.colours(), look = this.host.look;
    const want = clamp(Math.ceil((width * ratio) / bone.nx), 3, 8);
    if (!this.relief || this.relief.px !== want) {
      this.relief = new FaceRelief(bone.nx, bone.ny, want);
      this.stale = true;
    }
    if (this.stale || look.key !== this.lookKey) this.relief.update(bone, this.face, colours, look);
    if (this.stale) this.goAlong();
    this.stale = false;
    this.lookKey = look.key;
    this.setView(width, height);
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.imageSmoothingEnabled = true;
    c.imageSmoothingQuality = look.playing ? "low" : "medium";
    const px = this.relief.px, [x0, y1] = [this.left, this.bottom + height / this.k];
    c.fillStyle = colours.card;
    c.fillRect(0, 0, width, height);
    c.drawImage(this.relief.canvas, x0 * px, (bone.ny - y1) * px, (width / this.k) * px, (height / this.k) * px, 0, 0, width, height);
    this.cells(c, colours, look);
    this.furniture(c, colours, width, height);
    canvas.setAttribute("data-day", bone.day);
    canvas.setAttribute("data-painted", (Number(canvas.getAttribute("data-painted")) || 0) + 1);
  }

  setView(width, height) {
    const { bone } = this;
    this.k = (width * this.zoom) / bone.nx;
    const halfX = width / this.k / 2, halfY = height / this.k / 2;
    this.cx = clamp(this.cx, halfX, bone.nx - halfX);
    this.cy = clamp(this.cy, halfY, bone.ny - halfY);
    this.left = this.cx - halfX;
    this.bottom = this.cy - halfY;
    this.size = [width, height];
  }

  place(x, y, margin = EDGE) {
    const px = (x - this.left) * this.k, py = this.size[1] - (y - this.bottom) * this.k;
    if (px < -margin || py < -margin || px > this.size[0] + margin || py > this.size[1] + margin) return null;
    return [px, py];
  }

  siteAt(px, py) {
    const { bone } = this;
    return [clamp(Math.floor(this.left + px / this.k), 0, bone.nx - 1), clamp(Math.floor(this.bottom + (this.size[1] - py) / this.k), 0, bone.ny - 1)];
  }

  cells(c, colours, look) {
    const stain = colours.stains[this.bone.stain];
    if (!stain.cells || look.layers.cells === 0) return;
    this.sprites ||= new SpriteLayer();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const board = { c, stain, sprites: this.sprites, size: this.size, ratio, theme: colours, site: this.bone.site_um, scale: this.k / this.bone.site_um, view: this, place: (x, y) => this.place(x, y) };
    drawCells(board, this.bone, this.face, look.layers);
  }

  furniture(c, colours, width, height) {
    const row = this.bone.row;
    const at = this.place(this.left, row + 0.5, 1e9)[1];
    if (this.arm === 0 && at > -4 && at < height + 4) this.cutLine(c, colours, at, width);
    const spot = this.arm === 0 ? this.chosenSpot() : null;
    if (spot && spot.face === this.face) this.ring(c, colours, spot.x, spot.y, spot.kind === "site" ? 9 : 15);
    if (this.cursor && document.activeElement === this.canvas) this.ring(c, colours, ...this.cursor, 7);
    if (this.host.tool()) this.brush(c, colours);
    chip(c, colours, FACE_NAMES[this.face]);
    scaleBar(c, colours, this.k / this.bone.site_um, width, height);
  }

  // Where the chosen cell is in this very frame; a site, and a cell that is not drawn, where told.
  chosenSpot() {
    const chosen = this.host.chosen(), { bone } = this;
    if (!chosen || !bone.cells[chosen.kind]) return chosen;
    const [from, to] = bone.cells[chosen.kind];
    for (let i = from; i < to; i++)
      if (bone.cell_seed[i] === chosen.id) return { kind: chosen.kind, face: bone.cell_face[i], x: bone.cell_x[i], y: bone.cell_y[i] };
    return chosen;
  }

  // A zoomed map goes with the cell that is followed.
  goAlong() {
    const chosen = this.host.chosen(), spot = this.zoom > 1 && this.arm === 0 && chosen && chosen.following ? this.chosenSpot() : null;
    if (spot && spot.face === this.face) [this.cx, this.cy] = [spot.x + 0.5, spot.y + 0.5];
  }

  cutLine(c, colours, at, width) {
    for (const [style, w, dash] of [[colours.halo, 3, []], [colours.accent, 1.5, [6, 4]]]) {
      c.strokeStyle = style;
      c.globalAlpha = style === colours.halo ? 0.75 : 1;
      c.lineWidth = w;
      c.setLineDash(dash);
      c.beginPath();
      c.moveTo(0, at);
      c.lineTo(width, at);
      c.stroke();
    }
    c.setLineDash([]);
    c.globalAlpha = 1;
    if (this.face === 0) {
      disc(c, 11, at, 7);
      fillAndRing(c, colours.accent, colours.halo, 1.8);
    }
  }

  ring(c, colours, x, y, r) {
    const at = this.place(x + 0.5, y + 0.5);
    if (!at) return;
    for (const [style, w] of [[colours.halo, 5], [colours.accent, 2.4]]) {
      disc(c, ...at, Math.max(r, this.k * 1.6));
      c.strokeStyle = style;
      c.lineWidth = w;
      c.stroke();
    }
  }

  brush(c, colours) {
    const at = this.pointer || (this.cursor && this.place(this.cursor[0] + 0.5, this.cursor[1] + 0.5));
    if (!at) return;
    disc(c, at[0], at[1], this.host.tool().radius * this.k);
    c.strokeStyle = colours.accent;
    c.lineWidth = 1.5;
    c.setLineDash([4, 3]);
    c.stroke();
    c.setLineDash([]);
  }

  zoomBy(factor, px = this.size[0] / 2, py = this.size[1] / 2) {
    const before = [this.left + px / this.k, this.bottom + (this.size[1] - py) / this.k];
    this.zoom = clamp(this.zoom * factor, 1, MOST_ZOOM);
    this.k = (this.size[0] * this.zoom) / this.bone.nx;
    this.cx = before[0] - px / this.k + this.size[0] / this.k / 2;
    this.cy = before[1] - (this.size[1] - py) / this.k + this.size[1] / this.k / 2;
    this.invalidate();
  }

  // -- pointer ------------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    const pointers = new Map();
    let mode = null, start = null, gap = 0;
    const spot = (e) => {
      const box = canvas.getBoundingClientRect();
      return [e.clientX - box.left, e.clientY - box.top];
    };
    canvas.addEventListener("pointerdown", (e) => {
      if (!this.bone) return;
      canvas.setPointerCapture(e.pointerId);
      pointers.set(e.pointerId, spot(e));
      start = spot(e);
      const line = this.place(this.left, this.bone.row + 0.5, 1e9)[1];
      mode = this.arm === 0 && !this.host.tool() && Math.abs(line - start[1]) < 9 ? "row" : "maybe";
    });
    canvas.addEventListener("pointermove", (e) => {
      const at = spot(e);
      this.pointer = at;
      if (this.host.tool()) this.invalidate();
      if (!pointers.has(e.pointerId)) return;
      const last = pointers.get(e.pointerId);
      pointers.set(e.pointerId, at);
      if (pointers.size === 2) {
        const [a, b] = [...pointers.values()];
        const wide = Math.hypot(a[0] - b[0], a[1] - b[1]);
        if (gap) this.zoomBy(wide / gap, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        gap = wide;
        mode = "pinch";
      } else if (mode === "row") this.host.onRow(this.siteAt(0, at[1])[1]);
      else if (mode === "pan" || (mode === "maybe" && Math.hypot(at[0] - start[0], at[1] - start[1]) > 4)) {
        mode = "pan";
        this.cx -= (at[0] - last[0]) / this.k;
        this.cy += (at[1] - last[1]) / this.k;
        this.invalidate();
      }
    });
    const up = (e) => {
      if (mode === "maybe" && e.type === "pointerup") this.pick(...spot(e));
      pointers.delete(e.pointerId);
      gap = 0;
      mode = pointers.size ? mode : null;
    };
    canvas.addEventListener("pointerup", up);
    canvas.addEventListener("pointercancel", up);
    canvas.addEventListener("pointerleave", () => { this.pointer = null; this.invalidate(); });
    canvas.addEventListener("wheel", (e) => {
      if (!this.bone) return;
      e.preventDefault();
      this.zoomBy(Math.exp(-e.deltaY * 0.0016), ...spot(e));
    }, { passive: false });
    canvas.addEventListener("dblclick", () => { this.zoom = 1; this.invalidate(); });
    canvas.addEventListener("keydown", (e) => this.key(e));
    canvas.addEventListener("focus", () => { this.cursor ||= [Math.floor(this.cx), Math.floor(this.cy)]; this.invalidate(); });
    canvas.addEventListener("blur", () => this.invalidate());
  }

  key(e) {
    const far = e.shiftKey ? 10 : 1;
    const moves = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] };
    const { bone } = this;
    if (!bone || e.ctrlKey || e.metaKey || e.altKey) return;
    if (moves[e.key]) {
      const [x, y] = this.cursor;
      this.cursor = [(x + moves[e.key][0] + bone.nx) % bone.nx, (y + moves[e.key][1] + bone.ny) % bone.ny];
      if (this.zoom > 1) [this.cx, this.cy] = this.cursor;
    } else if (e.key === "Enter") this.choose(...this.cursor, 3);
    else if (e.key === "+" || e.key === "=") this.zoomBy(1.3);
    else if (e.key === "-") this.zoomBy(1 / 1.3);
    else if (e.key === "0") this.zoom = 1;
    else if (e.key === "PageUp") this.host.onRow(Math.min(bone.ny - 1, bone.row + far));
    else if (e.key === "PageDown") this.host.onRow(Math.max(0, bone.row - far));
    else return;
    e.preventDefault();
    e.stopPropagation();
    this.invalidate();
  }

  pick(px, py) {
    const [x, y] = this.siteAt(px, py);
    this.cursor = [x, y];
    this.choose(x, y, Math.max(1.5, PICK_PX / this.k));
  }

  // Use the tool, or look at the nearest cell within `reach` sites, or else at the site.
  choose(x, y, reach) {
    const { bone, face, host } = this;
    const tool = host.tool();
    if (tool) return host.send({ do: "touch", data: { tool: tool.name, face, x, y, radius: tool.radius } });
    let best = null, nearest = reach;
    for (const kind of ["osteoclast", "osteoclast_precursor", "msc", "osteocyte", "osteoblast", "adipocyte"]) {
      if (kind === "adipocyte" && !host.look.layers.adipocyte) continue;
      const [from, to] = bone.cells[kind];
      for (let i = from; i < to; i++) {
        if (bone.cell_face[i] !== face) continue;
        let d = Math.hypot(bone.cell_x[i] - x, bone.cell_y[i] - y);
        if (kind === "osteoclast") d = Math.max(0, d - osteoclastRadiusUm(bone.cell_extra[i], 1));
        if (kind === "osteoblast") d += 0.6;
        if (d < nearest) [nearest, best] = [d, { kind, id: bone.cell_seed[i] }];
      }
    }
    host.send(best ? { do: "choose", ...best } : { do: "choose", kind: "site", face, x, y });
  }
}

export function chip(c, colours, text, bottom = null) {
  c.font = "11px Roboto, system-ui, sans-serif";
  const wide = c.measureText(text).width + 16, y = bottom === null ? 8 : bottom - 30;
  c.globalAlpha = 0.9;
  c.fillStyle = colours.card;
  c.beginPath();
  c.roundRect(8, y, wide, 22, 4);
  c.fill();
  c.globalAlpha = 1;
  c.fillStyle = colours.text;
  c.textBaseline = "middle";
  c.textAlign = "left";
  c.fillText(text, 16, y + 11.5);
}

export function scaleBar(c, colours, pxPerUm, width, height) {
  const um = [10, 20, 50, 100, 200, 500].filter((v) => v * pxPerUm < width * 0.28).pop() || 10;
  const long = um * pxPerUm, x = width - long - 18, y = height - 14;
  c.globalAlpha = 0.9;
  c.fillStyle = colours.card;
  c.beginPath();
  c.roundRect(x - 10, y - 22, long + 20, 30, 4);
  c.fill();
  c.globalAlpha = 1;
  c.strokeStyle = colours.text;
  c.lineWidth = 1.5;
  c.beginPath();
  c.moveTo(x, y - 4);
  c.lineTo(x, y);
  c.lineTo(x + long, y);
  c.lineTo(x + long, y - 4);
  c.stroke();
  c.fillStyle = colours.text;
  c.font = "11px Roboto, system-ui, sans-serif";
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  c.fillText(`${um} µm`, x + long / 2, y - 7);
  c.textAlign = "left";
}
