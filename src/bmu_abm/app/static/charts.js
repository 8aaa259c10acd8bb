// Small charts over one time axis, drawn on one canvas; the values of now stand at the right.

// While the bone lives: so many ms and frames between two drawings, and the part of the time.
const LIVE_EVERY_MS = 250, LIVE_EVERY = 3, CHARTS_SHARE = 0.04;
const TITLE = 24, PLOT = 62, GAP = 12, FOOT = 26;

export class Charts {
  constructor(host, axis) {
    Object.assign(this, { host, axis, arms: [], columns: [], ghost: [], bands: [], chosen: [], slim: false });
    this.canvas = el("canvas", { class: "charts", role: "img" });
    this.context = this.canvas.getContext("2d");
    this.root = el("div", { class: "chartBox" }, this.canvas);
    watchSize(this);
  }

  fresh(columns, ghost, arms) {
    this.columns = columns;
    this.ghost = ghost;
    this.arms = Array.from({ length: arms }, () => []);
    this.invalidate();
  }

  add(arm, rows) {
    if (!this.arms[arm]) return;
    this.arms[arm].push(...rows);
    this.invalidate();
  }

  // While the bone lives, a few times a second are enough, best together with a frame of the bone.
  invalidate() {
    if (this.waiting) return;
    const since = performance.now() - (this.drawnAt || 0);
    const rest = (this.host.look.playing ? 4 * this.every() : 60) - since;
    this.waiting = setTimeout(() => this.due(), Math.max(0, rest));
  }

  // A frame of the bone is being drawn.
  ride() {
    this.rides = (this.rides || 0) + 1;
    if (this.waiting && this.rides >= LIVE_EVERY && performance.now() - (this.drawnAt || 0) > this.every()) this.due();
  }

  due() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    onceAFrame(this, () => this.wide && (this.seen !== false || !this.drawnAt)); // its height is known once it is drawn
  }

  every() { return Math.max(LIVE_EVERY_MS, (this.tookMs || 0) / CHARTS_SHARE); }

  // What is drawn: each panel with lines of { column, label, role, arm, dash }.
  panels() {
    const all = this.host.offers.panels.filter((one) => this.chosen.includes(one.title));
    const shown = this.slim ? all.slice(0, Math.max(1, this.host.look.phoneCharts || 1)) : all;
    if (this.arms.length < 2)
      return shown.map((p) => ({ ...p, lines: p.lines.map(([column, label, role]) => ({ column, label: label || "this patch", role, arm: 0 })) }));
    const pairs = [];
    for (const p of shown)
      p.lines.forEach(([column, label]) => {
        const title = p.lines.length > 1 ? `${p.title}: ${label}` : p.title;
        pairs.push({ ...p, title, lines: [{ column, label: "untreated", role: "text", arm: 1 }, { column, label: "treated", role: "accent", arm: 0 }] });
        if (column === "bmd_lumbar_spine_pct")
          pairs.push({ ...p, title: "Difference, treated minus untreated", unit: "percentage points", lines: [{ column, label: "this pair", role: "accent", arm: 0, minus: 1 }] });
      });
    return pairs.filter((p) => !p.title.endsWith("total hip"));
  }

  values(line, factor) {
    const at = this.columns.indexOf(line.column), month = this.columns.indexOf("month");
    const rows = this.arms[line.arm] || [];
    if (line.minus !== undefined) {
      const other = new Map((this.arms[line.minus] || []).map((r) => [r[month], r[at]]));
      return rows.filter((r) => other.has(r[month]) && r[at] !== null).map((r) => [r[month], (r[at] - other.get(r[month])) * factor]);
    }
    return rows.filter((r) => r[at] !== null && r[at] !== undefined).map((r) => [r[month], r[at] * factor]);
  }

  colour(role) {
    const c = this.host.colours();
    return { text: c.text, text2: c.text2, accent: c.accent, resorption: c.states[1], formation: c.states[3], osteoclast: c.osteoclast, osteoblast: c.osteoblast, adipocyte_rim: c.adipocyte_rim, precursor: c.precursor, progenitor: c.progenitor }[role] || c.text;
  }

  draw() {
    [this.drawnAt, this.rides] = [performance.now(), 0];
    const { canvas, context: c, axis } = this;
    const panels = this.panels(), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = this.wide, height = panels.length * (TITLE + PLOT + GAP) + FOOT;
    axis.width = width;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.height = `${height}px`;
    }
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    const told = [];
    panels.forEach((panel, i) => told.push(this.panel(c, panel, i * (TITLE + PLOT + GAP))));
    this.time(c, panels.length * (TITLE + PLOT + GAP));
    canvas.setAttribute("aria-label", `Charts up to month ${Math.round(this.host.state.month || 0)}: ${told.join("; ")}`);
    this.host.onAxis();
  }

  range(panel, series) {
    let low = Infinity, high = -Infinity;
    for (const one of series) for (const [, v] of one) { low = Math.min(low, v); high = Math.max(high, v); }
    if (!Number.isFinite(low)) [low, high] = [0, 1];
    if (panel.floor === "zero") [low, high] = [0, Math.max(high, 1e-9)];
    if (panel.floor === "change") [low, high] = [Math.min(low, 0), Math.max(high, 0)];
    const least = panel.least_span || (panel.floor === "zero" ? Math.max(1, 10 ** -panel.decimals * 4) : 0);
    if (high - low < least) {
      const middle = panel.floor === "zero" ? least / 2 : (high + low) / 2;
      [low, high] = [middle - least / 2, middle + least / 2];
    }
    const pad = 0.08 * (high - low);
    return [panel.floor === "zero" ? 0 : low - pad, high + pad];
  }

  panel(c, panel, top) {
    const colours = this.host.colours(), { axis } = this;
    const y0 = top + TITLE, y1 = y0 + PLOT;
    const series = panel.lines.map((line) => this.values(line, panel.factor));
    const ghosts = this.arms.length < 2 ? panel.lines.map((line) => this.past(line, panel.factor)) : [];
    const bands = panel.lines.map((line) => this.band(line, panel.factor));
    const spans = bands.flatMap((band) => (band ? [band.low || band.mean, band.high || band.mean] : []));
    const [low, high] = this.range(panel, [...series, ...ghosts, ...spans]);
    const y = (v) => y1 - ((v - low) / (high - low)) * PLOT;
    c.textBaseline = "alphabetic";
    c.textAlign = "left";
    c.fillStyle = colours.text;
    c.font = "500 12px Roboto, system-ui, sans-serif";
    const after = c.measureText(panel.title).width + 6;
    c.font = "12px Roboto, system-ui, sans-serif";
    const wide = after + c.measureText(panel.unit).width + 4;
    c.fillStyle = colours.card;
    c.fillRect(0, top, wide, TITLE - 4);
    c.fillStyle = colours.text;
    c.font = "500 12px Roboto, system-ui, sans-serif";
    c.fillText(panel.title, 0, top + 14);
    c.fillStyle = colours.text2;
    c.font = "12px Roboto, system-ui, sans-serif";
    c.fillText(panel.unit, after, top + 14);
    this.grid(c, niceTicks(low, high), y, y0, y1);
    this.marks(c, y0 - 2, y1);
    bands.forEach((band, i) => band && this.shade(c, band, y, this.colour(panel.lines[i].role), panel.lines.length));
    ghosts.forEach((points, i) => this.line(c, points, y, this.colour(panel.lines[i].role), 1, [3, 3], 0.5));
    c.fillStyle = colours.accent;
    c.fillRect(axis.x(Math.min(axis.last, this.host.state.month || 0)) - 1, y0 - 2, 2, PLOT + 2);
    series.forEach((points, i) => this.line(c, points, y, this.colour(panel.lines[i].role), 2, [], 1));
    return `${panel.title} ${this.readings(c, panel, series, y, y0)}`;
  }

  // What other patches say of a line: points of the mean, and of the middle 80 %.
  band(line, factor) {
    const name = line.minus !== undefined ? "difference" : line.arm;
    const band = this.bands.find((one) => one.arm === name);
    if (!band || !band.mean) return null;
    const at = band.columns.indexOf(line.column);
    const points = (rows) => rows && rows.map((row) => [row[0], row[at] * factor]);
    return { mean: points(band.mean), low: points(band.low), high: points(band.high) };
  }

  shade(c, { mean, low, high }, y, colour) {
    if (low) {
      c.fillStyle = colour;
      c.globalAlpha = 0.13;
      c.beginPath();
      for (const [m, v] of high) c.lineTo(this.axis.x(m), y(v));
      for (const [m, v] of low.slice().reverse()) c.lineTo(this.axis.x(m), y(v));
      c.fill();
    }
    this.line(c, mean, y, colour, 1.2, [4, 3], 0.9);
  }

  past(line, factor) {
    const at = this.columns.indexOf(line.column), month = this.columns.indexOf("month");
    return this.ghost.filter((r) => r[at] !== null).map((r) => [r[month], r[at] * factor]);
  }

  grid(c, { found, decimals }, y, y0, y1) {
    const colours = this.host.colours(), { axis } = this;
    const now = axis.x(this.host.state.month || 0);
    c.fillStyle = colours.page;
    c.fillRect(now, y0 - 2, Math.max(0, axis.to - now), y1 - y0 + 2);
    c.font = "11px Roboto, system-ui, sans-serif";
    c.textAlign = "right";
    c.lineWidth = 1;
    for (const v of found) {
      c.strokeStyle = v === 0 ? colours.strong : colours.hairline;
      c.beginPath();
      c.moveTo(axis.from, Math.round(y(v)) + 0.5);
      c.lineTo(axis.to, Math.round(y(v)) + 0.5);
      c.stroke();
      c.fillStyle = colours.text2;
      c.fillText(number(v, decimals), axis.from - 8, y(v) + 4);
    }
  }

  // Starts and stops of treatments as dotted lines through all charts.
  marks(c, y0, y1) {
    const colours = this.host.colours(), { axis } = this;
    c.strokeStyle = colours.text2;
    c.setLineDash([1.5, 3]);
    c.lineWidth = 1;
    for (const course of this.host.state.courses || [])
      for (const m of [course.start_month, course.stop_month])
        if (m !== undefined && m !== null && m > 0 && m < axis.last) {
          c.beginPath();
          c.moveTo(axis.x(m), y0);
          c.lineTo(axis.x(m), y1);
          c.stroke();
        }
    c.setLineDash([]);
  }

  line(c, points, y, colour, width, dash, alpha) {
    if (!points.length) return;
    c.strokeStyle = colour;
    c.globalAlpha = alpha;
    c.lineWidth = width;
    c.setLineDash(dash);
    c.lineJoin = "round";
    c.beginPath();
    for (const [m, v] of points) c.lineTo(this.axis.x(m), y(v));
    c.stroke();
    c.setLineDash([]);
    c.globalAlpha = 1;
    if (dash.length) return;
    const [m, v] = points[points.length - 1];
    disc(c, this.axis.x(m), y(v), 3);
    c.fillStyle = colour;
    c.fill();
  }

  readings(c, panel, series, y, y0) {
    const colours = this.host.colours(), x = this.axis.to + 10;
    const told = [];
    const rows = series.map((points, i) => {
      const last = points.length ? points[points.length - 1][1] : null;
      return { line: panel.lines[i], last, at: last === null ? y0 + PLOT / 2 : y(last) };
    });
    const order = [...rows].sort((a, b) => a.at - b.at);
    order.forEach((row, i) => {
      row.at = clamp(row.at, y0 + 8, y0 + PLOT - 14);
      if (i && row.at < order[i - 1].at + 32) row.at = order[i - 1].at + 32;
    });
    const over = order.length ? order[order.length - 1].at - (y0 + PLOT - 12) : 0;
    for (const row of order) {
      const at = row.at - Math.max(0, over);
      c.fillStyle = this.colour(row.line.role);
      c.fillRect(x, at - 9, 3, 26);
      c.textAlign = "left";
      c.fillStyle = colours.text;
      c.font = "500 13px Roboto, system-ui, sans-serif";
      const unit = panel.unit.startsWith("%") ? " %" : panel.unit.startsWith("×") ? " ×" : "";
      const value = number(row.last, panel.decimals) + unit;
      c.fillText(value, x + 9, at + 2);
      c.fillStyle = colours.text2;
      c.font = "11px Roboto, system-ui, sans-serif";
      c.fillText(row.line.label, x + 9, at + 16);
      told.push(`${row.line.label} ${value}`);
    }
    return told.join(", ");
  }

  time(c, top) {
    const colours = this.host.colours(), { axis } = this;
    c.strokeStyle = colours.strong;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(axis.from, top - 6.5);
    c.lineTo(axis.to, top - 6.5);
    c.stroke();
    c.font = "11px Roboto, system-ui, sans-serif";
    c.fillStyle = colours.text2;
    c.textAlign = "center";
    for (const m of axis.ticks()) {
      c.fillText(String(m), axis.x(m), top + 12);
      c.fillRect(Math.round(axis.x(m)), top - 6, 1, 4);
    }
    c.textAlign = "left";
    c.fillText("month", axis.to + 16, top + 12);
    c.fillStyle = colours.accent;
    for (const act of this.host.state.acts || []) {
      const x = axis.x((12 * act.day) / 365);
      c.beginPath();
      c.moveTo(x, top - 12);
      c.lineTo(x - 4, top - 5);
      c.lineTo(x + 4, top - 5);
      c.fill();
    }
  }
}
