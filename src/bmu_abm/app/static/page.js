// The page: builds itself from what the session offers, and passes messages to and fro.

const STAIN_NAMES = { schematic: "Schematic", goldner: "Goldner", trap: "TRAP", tetracycline: "Tetracycline", backscatter: "Backscatter" };
const TOOL_NAMES = { microcrack: "Microcrack", precursors: "Drop precursors", stem_cells: "Drop stem cells" };
const QUIET_AFTER_MS = 4000;

class PageHost {
  constructor(root, send) {
    Object.assign(this, { root, send, state: {}, offers: null, palette: null, bones: [], editing: -1, brush: null, spokenAt: 0, heard: Date.now() });
    this.axis = new Axis();
    this.theme = localStorageGet("bmu-theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    this.look = { stain: "schematic", field: "", fieldOpacity: 1, relief: 1, tint: 1, differ: true, playing: false, key: 0, layers: { adipocyte: 0, vessel: 0 } };
    this.phone = matchMedia("(max-width: 640px)");
    this.phoneFace = 0;
  }

  colours() { return this.palette.themes[this.theme]; }
  chosen() { return this.state.look && this.state.look.kind !== "gone" ? this.state.look : null; }
  tool() { return this.brush; }

  // -- messages ------------------------------------------------------------------------------------

  hear(message, buffers) {
    this.heard = Date.now();
    this.lost(false);
    if (message.kind.startsWith("lesson")) return this.lessons.hear(message);
    const act = { all: () => this.begin(message), frame: () => this.frame(message, buffers[0]), state: () => this.tell(message), points: () => this.points(message), notice: () => this.notice(message.text), bands: () => this.hearBands(message.bands), link: () => shareLink(this, message.text), file: () => save(message, buffers[0]) }[message.kind];
    if (act) act();
  }

  begin({ offers, colours }) {
    for (const theme of Object.values(colours.themes)) {
      theme.states_rgb = theme.states.map(hexToRgb);
      theme.ramp_linear = theme.ramp.map(linearOf);
    }
    const again = this.offers !== null;
    Object.assign(this, { offers, palette: colours });
    if (!again) this.build();
    this.setTheme(this.theme);
    this.send({ do: "view", theme: this.theme, stain: this.look.stain, row: this.row ?? 36 });
    if (!again && this.link) this.send({ do: "open_link", text: this.link });
  }

  frame(message, buffer) {
    this.send({ do: "taken", number: message.number });
    this.latest = buffer;
    if (this.unpacking) return;
    this.unpacking = requestAnimationFrame(() => {
      this.unpacking = 0;
      this.bones = bonesOf(unpack(this.latest));
      for (const bone of this.bones) bone.legendName = bone.legend ? bone.legend.name : "";
      this.row = this.bones[0].row;
      this.showBones();
    });
  }

  showBones() {
    if (!this.faces) return;
    if (this.faces.length !== 2 * this.bones.length) this.arrange();
    this.faces.forEach((view) => this.bones[view.arm] && view.show(this.bones[view.arm]));
    const now = performance.now();
    if (!this.state.playing || now - (this.cutAt || 0) > 160) {
      this.cutAt = now;
      this.section.show(this.bones[0]);
    }
    const key = JSON.stringify([this.bones[0].legend && [this.bones[0].legend.name, this.theme], this.bones[0].stain, this.theme, this.look.fieldOpacity >= 1]);
    if (key !== this.legendKey || this.bones[0].legend || this.look.stain === "tetracycline") {
      if (key !== this.legendKey || now - (this.legendAt || 0) > 500) {
        this.legendKey = key;
        this.legendAt = now;
        this.mapLegend.replaceChildren(...mapLegend(this.colours(), { ...this.look, stain: this.bones[0].stain }, this.bones[0], this.palette.states));
        this.sectionLegend.replaceChildren(...sectionLegend(this.colours(), { stain: this.bones[0].stain }));
      }
    }
    const y = Math.round((this.bones[0].row + 0.5) * this.bones[0].site_um);
    this.sectionNote.textContent = `along the dashed line, y = ${y} µm; marrow above and below`;
    const share = this.bones[0].differ_share;
    if (this.armNote) this.armNote.textContent = `${this.state.osteoclasts ? this.state.osteoclasts[0] : 0} osteoclasts; outlined: sites that differ (${number(100 * (share || 0), 0)} %)`;
    if (this.armNote2) this.armNote2.textContent = `${this.state.osteoclasts ? this.state.osteoclasts[1] ?? 0 : 0} osteoclasts`;
  }

  points(message) {
    if (message.fresh) this.charts.fresh(message.columns, message.ghost, message.arms);
    else this.charts.add(message.arm, message.rows);
    clearTimeout(this.budgetSoon);
    this.budgetSoon = setTimeout(() => {
      const rows = this.charts.arms[0];
      if (rows) this.budgetBox.replaceChildren(...budget(rows[rows.length - 1], this.charts.columns));
    }, 250);
  }

  hearBands(bands) {
    this.charts.bands = bands;
    const counted = bands.length ? Math.min(...bands.map((one) => one.n)) : 0;
    this.crowdOn = bands.length > 0;
    const pairs = bands.length === 3;
    this.crowdNote.textContent = !this.crowdOn ? "Solid: this patch. One patch is noise." : counted < bands[0].of ? `Solid: this patch. One patch is noise; ${counted} of ${bands[0].of} ${pairs ? "pairs" : "patches"} so far.` : `Solid: this patch. Shaded: middle 80 % of ${counted} ${pairs ? "pairs" : "patches"}, dashed: their mean. One patch is noise.`;
    this.crowdButton.textContent = this.crowdOn ? "This patch alone" : "Ask 16 patches";
    this.pooled.textContent = this.poolWords(bands, counted);
    this.pooled.hidden = !this.pooled.textContent;
    this.charts.invalidate();
  }

  // The pooled answer of this month, in words.
  poolWords(bands, counted) {
    const band = bands[bands.length - 1];
    if (!band || counted < 4) return "";
    const at = band.columns.indexOf("bmd_lumbar_spine_pct"), row = Math.min(band.mean.length - 1, Math.floor((this.state.month || 0) + 1e-6));
    const mean = band.mean[row][at], error = band.error[row][at];
    const sign = (v) => (v > 0 ? "+" : "") + number(v, 1);
    const what = bands.length === 3 ? `the difference over ${counted} pairs is ${sign(mean)} points` : `the mean of ${counted} patches is ${sign(mean)} %`;
    return `Bone mineral in month ${row}: ${what} (95 % interval ${sign(mean - error)} to ${sign(mean + error)}).`;
  }

  tell(state) {
    const before = this.state;
    this.state = state;
    this.look.playing = state.playing;
    if (before.playing && !state.playing) this.showBones();
    const planned = JSON.stringify([state.courses, state.years, state.seed, state.host, state.arms]);
    if (this.crowdOn && state.ready && planned !== this.plannedFor && this.plannedFor) this.send({ do: "crowd", on: true });
    if (state.ready) this.plannedFor = planned;
    if (this.crowdOn && Math.floor(before.month) !== Math.floor(state.month)) this.hearBands(this.charts.bands);
    const busy = state.growing !== null && state.growing !== undefined;
    this.root.classList.toggle("growing", busy);
    this.growth.hidden = !busy;
    this.growth.textContent = busy ? `The bone is living until here: ${Math.round(100 * state.growing)} %.` : "";
    this.setButton(state.playing);
    this.seed.textContent = state.seed;
    this.speedText.textContent = `${Math.round(state.speed)} days a second`;
    if (document.activeElement !== this.speed) this.speed.value = Math.round(100 * Math.sqrt((state.speed - 1) / (state.fastest - 1)));
    if (!state.ready || state.day === undefined) return;
    this.axis.last = 12 * state.years;
    this.say(state);
    this.hostSelect.value = state.host;
    this.scenarioSelect.value = state.name;
    if (!this.scenarioSelect.value) this.scenarioSelect.value = "";
    this.phoneTitle.replaceChildren(el("b", { text: state.title }), el("small", { text: `${state.host_title}, seed ${state.seed}` }));
    this.patchChip.textContent = `Patch ${number(state.surface_mm2, 1)} mm²`;
    this.closerBox.replaceChildren(...closer(state.look, this.colours(), this.look.stain, () => this.letGo()));
    this.closerBox.hidden = !state.look;
    this.warn.textContent = state.warnings.join("; ");
    this.warn.hidden = !state.warnings.length;
    this.oneArm.setAttribute("aria-pressed", state.arms === 1);
    this.pairArms.setAttribute("aria-pressed", state.arms === 2);
    this.root.classList.toggle("pair", state.arms === 2);
    this.biopsyBox.replaceChildren(...biopsy(state.biopsy));
    if (JSON.stringify(before.courses) !== JSON.stringify(state.courses) || before.years !== state.years || Math.floor(before.month * 4) !== Math.floor(state.month * 4)) this.timeline.render();
    this.timeline.place();
    if (this.editing >= 0 && JSON.stringify(before.courses) !== JSON.stringify(state.courses)) this.edit(this.editing, true);
    this.charts.invalidate();
    this.root.setAttribute("data-day", state.day);
    this.root.setAttribute("data-playing", state.playing);
    if (JSON.stringify(before.look) !== JSON.stringify(state.look)) this.faces.forEach((view) => view.invalidate());
  }

  say(state) {
    const [month, rest] = state.sentence, text = `${month} ${rest}`;
    this.sentence.replaceChildren(el("b", { text: month }), ` ${rest}`);
    const now = Date.now();
    if (text !== this.spokenText && (now - this.spokenAt > 5000 || !state.playing)) {
      this.spokenAt = now;
      this.spokenText = text;
      this.spoken.textContent = text;
    }
  }

  notice(text) {
    if (!this.notices) return;
    const box = el("div", { class: "notice", role: "alert" }, el("span", { text }), iconButton("close", "Dismiss", () => box.remove()));
    this.notices.append(box);
    setTimeout(() => box.remove(), 30000);
    while (this.notices.children.length > 3) this.notices.firstChild.remove();
  }

  lost(on) {
    if (!this.lostBox) return;
    this.lostBox.hidden = !on;
  }

  // -- acts ----------------------------------------------------------------------------------------

  play() {
    this.setButton(!this.state.playing);
    this.send({ do: "play", on: !this.state.playing });
    this.state.playing = !this.state.playing;
  }
  step(days) { this.send({ do: "step", days }); }
  back() { this.send({ do: "go_to", day: Math.max(0, this.state.day - 30) }); }
  onRow(row) {
    if (row === this.row) return;
    this.row = row;
    this.send({ do: "view", row });
  }
  faster(factor) { this.send({ do: "speed", days_a_second: clamp(this.state.speed * factor, 1, this.state.fastest) }); }
  twoArms(on = this.state.arms !== 2) { this.send({ do: "compare", on }); }
  letGo() {
    this.brush = null;
    this.setTool("");
    this.send({ do: "choose", kind: null });
  }
  nextStain() {
    const all = this.palette.stains;
    this.setLook({ stain: all[(all.indexOf(this.look.stain) + 1) % all.length] });
  }
  setLook(changes) {
    Object.assign(this.look, changes);
    this.look.key++;
    if (changes.stain !== undefined) this.stainButtons.forEach((b) => b.setAttribute("aria-pressed", b.dataset.stain === this.look.stain));
    if (changes.stain !== undefined) this.stainSelect.value = this.look.stain;
    if (changes.stain !== undefined || changes.field !== undefined) this.send({ do: "view", stain: this.look.stain, field: this.look.field });
    this.legendKey = "";
    this.showBones();
    this.section.invalidate();
  }
  switchTheme() { this.setTheme(this.theme === "dark" ? "light" : "dark"); this.send({ do: "view", theme: this.theme }); }
  setTheme(name) {
    this.theme = name;
    localStorageSet("bmu-theme", name);
    const c = this.colours();
    for (const key of ["page", "card", "text", "text2", "hairline", "strong", "accent", "on_accent", "tint", "halo"]) this.root.style.setProperty(`--${key}`, c[key]);
    this.root.style.setProperty("--track", name === "dark" ? "#3A414A" : "#D5DADF");
    this.root.style.colorScheme = name;
    document.documentElement.style.background = c.page;
    this.root.dataset.theme = name;
    if (this.themeButton) this.themeButton.replaceChildren(icon(name === "dark" ? "sun" : "moon"));
    this.look.key++;
    this.legendKey = "";
    if (this.faces) { this.showBonesSoon(); this.charts.invalidate(); this.section.invalidate(); }
  }
  showBonesSoon() { if (this.bones.length) this.showBones(); }
  setTool(name) {
    this.brush = name ? { name, radius: 6 } : null;
    this.toolSelect.value = name;
    this.faces.forEach((view) => view.invalidate());
  }
  edit(number, refresh = false) {
    this.editing = number;
    this.timeline.chosen = number;
    const open = refresh && this.editorBox.querySelector("details[open]");
    if (refresh && this.editorBox.contains(document.activeElement) && document.activeElement.tagName === "INPUT") return;
    this.editorBox.replaceChildren(...editor(this, number));
    if (open && this.editorBox.querySelector("details")) this.editorBox.querySelector("details").open = true;
    this.editorBox.hidden = !this.editorBox.children.length;
    this.timeline.render();
  }
  remove(number) {
    this.edit(-1);
    const courses = this.state.courses.filter((one, i) => i !== number);
    this.send({ do: "plan", data: { intervention: courses } });
  }
  chooseChart(title, on) {
    const order = this.offers.panels.map((p) => p.title);
    const chosen = new Set(this.charts.chosen);
    if (on) chosen.add(title); else chosen.delete(title);
    this.charts.chosen = order.filter((t) => chosen.has(t));
    this.charts.invalidate();
  }
  onAxis() { this.timeline.render(); }
  setButton(playing) {
    this.playButton.replaceChildren(icon(playing ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.playButton.title = playing ? "Pause (space)" : "Play (space)";
  }

  // -- the page ------------------------------------------------------------------------------------

  build() {
    this.root.replaceChildren();
    this.charts = new Charts(this, this.axis);
    this.charts.chosen = this.offers.first_panels;
    this.timeline = new Timeline(this, this.axis);
    this.section = new SectionView(this);
    this.lessons = new LessonPanel(this);
    this.notices = el("div", { class: "notices" });
    this.lostBox = el("div", { class: "lost", role: "alert", hidden: true }, "The server is silent. The page tries again; if it was restarted, ", el("button", { type: "button", class: "pill", text: "load the page again", onclick: () => location.reload() }));
    this.spoken = el("div", { class: "spoken", "aria-live": "polite" });
    this.growth = el("div", { class: "growth", role: "status", hidden: true });
    this.root.append(this.bar(), el("main", { class: "page" }, el("div", { class: "left" }, this.surfaceCard(), this.sectionCard()), el("div", { class: "right" }, this.lessons.root, this.transportCard(), this.chartCard(), this.editorCard(), this.panelsCard())), this.notices, this.lostBox, this.spoken);
    this.arrange();
    this.phone.addEventListener("change", () => this.arrange());
    const slim = () => { this.charts.slim = this.phone.matches; this.charts.invalidate(); };
    this.phone.addEventListener("change", slim);
    slim();
  }

  bar() {
    this.hostSelect = el("select", { class: "pill", "aria-label": "Host" }, ...this.offers.hosts.map((one) => el("option", { value: one.name, text: one.title })));
    this.hostSelect.addEventListener("change", () => this.send({ do: "open_host", host: this.hostSelect.value }));
    this.scenarioSelect = el("select", { class: "pill", "aria-label": "Scenario" }, el("option", { value: "", text: "own plan", disabled: true }), ...this.offers.scenarios.map((one) => el("option", { value: one.name, text: one.title })));
    this.scenarioSelect.addEventListener("change", () => this.send({ do: "open", scenario: this.scenarioSelect.value }));
    this.oneArm = el("button", { type: "button", text: "One patch", "aria-pressed": true, onclick: () => this.twoArms(false) });
    this.pairArms = el("button", { type: "button", text: "Two arms", "aria-pressed": false, title: "Compare with untreated", onclick: () => this.twoArms(true) });
    this.themeButton = iconButton("moon", "Light or dark", () => this.switchTheme());
    this.phoneTitle = el("div", { class: "phoneTitle" });
    return el("header", { class: "bar" }, el("h1", { text: "Bone remodelling" }), this.phoneTitle, el("div", { class: "presets" }, this.hostSelect, this.scenarioSelect), el("span", { class: "spring" }),
      el("div", { class: "segments", role: "group", "aria-label": "Arms and lessons" }, this.oneArm, this.pairArms, this.lessons.button),
      iconButton("menu", "Parameters", () => parameters(this)), iconButton("share", "Share link", () => this.send({ do: "link" })), iconButton("download", "Download", () => takeAway(this)), this.themeButton, iconButton("help", "Help", () => help(this)));
  }

  surfaceCard() {
    this.stainButtons = this.palette.stains.map((name) => el("button", { type: "button", "data-stain": name, "aria-pressed": name === this.look.stain, text: STAIN_NAMES[name] || words(name), onclick: () => this.setLook({ stain: name }) }));
    this.stainSelect = el("select", { class: "pill phoneOnly", "aria-label": "Stain" }, ...this.palette.stains.map((name) => el("option", { value: name, text: STAIN_NAMES[name] || words(name) })));
    this.stainSelect.addEventListener("change", () => this.setLook({ stain: this.stainSelect.value }));
    this.toolSelect = el("select", { class: "pill", "aria-label": "Pointer" }, el("option", { value: "", text: "Look closer" }), ...this.offers.tools.map((name) => el("option", { value: name, text: TOOL_NAMES[name] || words(name) })));
    this.toolSelect.addEventListener("change", () => this.setTool(this.toolSelect.value));
    this.faceButtons = ["Front", "Back"].map((text, i) => el("button", { type: "button", "aria-pressed": i === 0, text, onclick: () => { this.phoneFace = i; this.faceButtons.forEach((b, k) => b.setAttribute("aria-pressed", k === i)); this.arrange(); } }));
    this.maps = el("div", { class: "maps" });
    this.mapLegend = el("div", { class: "legend" });
    return el("section", { class: "card surface", "aria-label": "Surface" },
      el("div", { class: "cardHead" }, el("h2", { text: "Surface" }), el("small", { class: "wideOnly", text: "both faces of one plate, unfolded" }), el("div", { class: "segments phoneOnly", role: "group", "aria-label": "Face" }, ...this.faceButtons), el("span", { class: "spring" }), this.stainSelect, el("div", { class: "segments stains", role: "group", "aria-label": "Stain" }, ...this.stainButtons), iconButton("layers", "Layers", () => layers(this))),
      this.maps, this.growth, el("div", { class: "under" }, this.mapLegend, el("label", { class: "tool" }, "Pointer ", this.toolSelect)));
  }

  // Put the faces of one arm or two on the page.
  arrange() {
    const arms = Math.max(1, this.bones.length);
    this.faces = [];
    this.armNote = this.armNote2 = null;
    const groups = [];
    for (const arm of arms === 2 ? [1, 0] : [0]) {
      const pair = [0, 1].map((face) => new FaceView(face, this, arm));
      this.faces.push(...pair);
      pair.forEach((view) => { view.root.hidden = this.phone.matches && view.face !== this.phoneFace; });
      const note = el("small");
      if (arms === 2 && arm === 0) this.armNote = note;
      if (arms === 2 && arm === 1) this.armNote2 = note;
      const head = arms === 2 ? el("div", { class: "armHead" }, el("span", { class: `swatch arm${arm}` }), el("b", { text: arm ? "Untreated" : "Treated" }), note) : null;
      groups.push(el("div", { class: "armBox" }, head, el("div", { class: "facePair" }, ...pair.map((view) => view.root))));
    }
    this.maps.replaceChildren(...groups);
    this.faces.forEach((view) => this.bones[view.arm] && view.show(this.bones[view.arm]));
  }

  sectionCard() {
    this.sectionNote = el("small", { class: "wideOnly" });
    this.sectionLegend = el("div", { class: "legend" });
    return el("section", { class: "card", "aria-label": "Section" }, el("div", { class: "cardHead" }, el("h2", { text: "Section" }), this.sectionNote), this.section.root, this.sectionLegend);
  }

  transportCard() {
    this.playButton = el("button", { type: "button", class: "play", onclick: () => this.play() });
    this.speed = el("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": "Speed, days a second" });
    this.speed.addEventListener("input", () => {
      const v = 1 + (this.speed.value / 100) ** 2 * (this.state.fastest - 1);
      this.speedText.textContent = `${Math.round(v)} days a second`;
      this.send({ do: "speed", days_a_second: v });
    });
    this.speedText = el("b");
    this.seed = el("b");
    this.sentence = el("p", { class: "sentence" });
    this.closerBox = el("div", { class: "closer", hidden: true });
    this.warn = el("p", { class: "warn", hidden: true });
    const text = (name, label, act) => el("button", { type: "button", class: "pill", onclick: act }, icon(name), label);
    const transport = el("div", { class: "transport" }, iconButton("back", "30 days back", () => this.back()), this.playButton, iconButton("step", "Step: one day", () => this.step(1)),
      el("label", { class: "slider speed" }, el("span", {}, "Speed ", this.speedText), this.speed), el("span", { class: "spring" }),
      el("span", { class: "seed" }, "Seed ", this.seed), text("reset", "Reset", () => this.send({ do: "reset" })), text("dice", "New seed", () => this.send({ do: "new_seed" })), iconButton("undo", "Take back the last act", () => this.send({ do: "undo" })));
    return el("section", { class: "card transportCard", "aria-label": "Clock" }, transport, this.sentence, this.warn, this.closerBox);
  }

  chartCard() {
    this.crowdOn = false;
    this.crowdNote = el("small", { text: "Solid: this patch. One patch is noise." });
    this.crowdButton = el("button", { type: "button", class: "pill", text: "Ask 16 patches", title: "Live 16 other patches of this host in the background", onclick: () => this.send({ do: "crowd", on: !this.crowdOn }) });
    this.pooled = el("p", { class: "pooled", hidden: true });
    const text = (name, label, act) => el("button", { type: "button", class: "pill", onclick: act }, icon(name), label);
    const longer = el("button", { type: "button", class: "pill", text: "One year more", onclick: () => this.send({ do: "plan", data: { years: Math.min(this.state.horizon_years, this.state.years + 1) } }) });
    return el("section", { class: "card chartCard", "aria-label": "Charts and treatments" },
      el("div", { class: "cardHead" }, this.crowdNote, el("span", { class: "spring" }), this.crowdButton, el("button", { type: "button", class: "pill", text: "Charts", onclick: () => chooseCharts(this) })),
      this.pooled, el("div", { class: "timeArea" }, this.charts.root, this.timeline.root, this.timeline.head),
      el("div", { class: "line" }, text("plus", "Add treatment", () => addTreatment(this)), longer));
  }

  editorCard() {
    this.editorBox = el("section", { class: "card editor", "aria-label": "Treatment", hidden: true });
    return this.editorBox;
  }

  panelsCard() {
    this.biopsyBox = el("div");
    this.budgetBox = el("div", { class: "budget" });
    this.patchChip = el("span", { class: "chip" });
    const patch = el("select", { class: "pill", "aria-label": "Patch" }, el("option", { value: "", text: "Patch: restart to apply" }), ...["tiny", "small", "reference"].map((name) => el("option", { value: name, text: words(name) })));
    patch.addEventListener("change", () => { if (patch.value) this.send({ do: "open_host", host: this.state.host, patch: patch.value }); patch.value = ""; });
    return el("div", { class: "twoCards" },
      el("section", { class: "card", "aria-label": "Virtual biopsy" }, el("div", { class: "cardHead" }, el("h2", { text: "Virtual biopsy" }), el("span", { class: "spring" }), this.patchChip, patch), this.biopsyBox),
      el("section", { class: "card", "aria-label": "Budget of loss" }, el("div", { class: "cardHead" }, el("h2", { text: "Budget of loss" })), this.budgetBox));
  }
}

function save(message, buffer) {
  const bytes = new Uint8Array(buffer.buffer ? buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) : buffer);
  const link = el("a", { href: URL.createObjectURL(new Blob([bytes], { type: message.mime })), download: message.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
}

function localStorageGet(key) { try { return localStorage.getItem(key); } catch { return null; } }
function localStorageSet(key, value) { try { localStorage.setItem(key, value); } catch { /* a private window */ } }

export function render({ model, el: root }) {
  root.classList.add("bmu");
  root.append(el("p", { class: "opening", text: "The trabecula is being fetched." }));
  const host = new PageHost(root, (message) => model.send(message));
  const hear = (message, buffers) => host.hear(message, buffers || []);
  model.on("msg:custom", hear);
  const link = location.hash.slice(1);
  host.link = link.length > 8 ? link : "";
  const quiet = listenKeys(host);
  const hello = () => model.send({ do: "hello" });
  hello();
  // Whoever was asleep or cut off asks again; whoever hears nothing says so.
  const wake = () => { if (document.visibilityState === "visible") hello(); };
  document.addEventListener("visibilitychange", wake);
  const watch = setInterval(() => {
    const silent = Date.now() - host.heard;
    if (host.state.playing && silent > QUIET_AFTER_MS) {
      host.lost(true);
      hello();
    }
  }, 2000);
  return () => {
    clearInterval(watch);
    quiet();
    document.removeEventListener("visibilitychange", wake);
    model.off("msg:custom", hear);
  };
}
