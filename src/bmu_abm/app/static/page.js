// The page: builds itself from what the session offers, and passes messages to and fro.

// The section while the bone lives: so many ms and frames between two, and its part of the time.
const CUT_EVERY_MS = 200, CUT_EVERY = 2, CUT_SHARE = 0.1;

const PANELS_AFTER_MS = 400;

class PageHost {
  constructor(root, send) {
    Object.assign(this, { root, send, state: {}, offers: null, palette: null, bones: [], editing: -1, brush: null, spokenAt: 0, heard: Date.now() });
    this.axis = new Axis();
    this.theme = localStorageGet("bmu-theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    this.look = { stain: "schematic", field: "", fieldOpacity: 1, relief: 1, tint: 1, differ: true, playing: false, key: 0, layers: { adipocyte: 0, vessel: 0 } };
    this.phone = matchMedia("(max-width: 640px)");
    this.phoneFace = 0;
    this.panels = {}; // biopsy and budget
  }

  colours() { return this.palette.themes[this.theme]; }
  chosen() { return this.state.look && this.state.look.kind !== "gone" ? this.state.look : null; }
  tool() { return this.brush; }

  // -- messages ------------------------------------------------------------------------------------

  hear(message, buffers) {
    this.heard = Date.now();
    this.lost(false);
    if (message.kind.startsWith("lesson")) return this.lessons.hear(message);
    const act = { all: () => this.begin(message), frame: () => this.frame(message, buffers[0]), state: () => this.tell(message), points: () => this.points(message), notice: () => this.notice(message.text), bands: () => hearBands(this, message.bands), link: () => shareLink(this, message.text), file: () => save(message, buffers[0]) }[message.kind];
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
    const frame = unpack(buffer), { after } = frame.meta;
    if (after && after !== this.number) return this.send({ do: "hello" }); // one was lost on the way
    this.number = message.number;
    this.latest = merged(this.latest, frame);
    onceAFrame(this);
    for (const one of message.along) this.hear(one);
    if (document.hidden) this.answer(); // where nothing is drawn
  }

  // Tell that a frame was drawn, each second time: an answer costs the server as much as a frame.
  answer() {
    const last = this.number - (this.number % 2);
    if (last <= (this.answered || 0) && this.number >= this.answered) return;
    this.answered = last;
    this.send({ do: "taken", number: last });
  }

  // The views that show a frame are drawn in the same frame of the browser.
  draw() {
    this.bones = bonesOf(this.latest);
    for (const bone of this.bones) bone.legendName = bone.legend ? bone.legend.name : "";
    this.row = this.bones[0].row;
    this.showBones();
    this.answer();
  }

  showBones() {
    if (!this.faces) return;
    if (this.faces.length !== 2 * this.bones.length) this.arrange();
    this.faces.forEach((view) => this.bones[view.arm] && view.show(this.bones[view.arm]));
    const now = performance.now();
    this.uncut = (this.uncut || 0) + 1;
    if (!this.state.playing || (this.uncut >= CUT_EVERY && now - (this.cutAt || 0) > Math.max(CUT_EVERY_MS, (this.section.tookMs || 0) / CUT_SHARE))) {
      [this.cutAt, this.uncut] = [now, 0];
      this.section.show(this.bones[0]);
    }
    this.charts.ride();
    this.showLegends(now);
    const [bone] = this.bones, y = Math.round((bone.row + 0.5) * bone.site_um);
    setText(this.sectionNote, `along the dashed line, y = ${y} µm; marrow above and below`);
    const counts = this.state.osteoclasts || [0, 0];
    if (this.armNote) setText(this.armNote, `${counts[0]} osteoclasts; outlined: sites that differ (${number(100 * (bone.differ_share || 0), 0)} %)`);
    if (this.armNote2) setText(this.armNote2, `${counts[1] ?? 0} osteoclasts`);
  }

  // Legends change with what is shown; the numbers in them twice a second at most.
  showLegends(now) {
    const [bone] = this.bones;
    const key = JSON.stringify([bone.legend && bone.legend.name, bone.stain, this.theme, this.look.fieldOpacity >= 1, hasDefect(bone)]);
    const counted = bone.legend || bone.stain === "tetracycline";
    if (key === this.legendKey && !(counted && now - (this.legendAt || 0) > 500)) return;
    this.legendKey = key;
    this.legendAt = now;
    this.mapLegend.replaceChildren(...mapLegend(this.colours(), { ...this.look, stain: bone.stain }, bone, this.palette.states));
    this.sectionLegend.replaceChildren(...sectionLegend(this.colours(), { stain: bone.stain }));
  }

  points(message) {
    if (message.fresh) this.charts.fresh(message.columns, message.ghost, message.arms);
    else this.charts.add(message.arm, message.rows);
    this.panelsSoon ||= setTimeout(() => this.tellPanels(), PANELS_AFTER_MS);
  }

  // Biopsy and budget, where they are on the screen.
  tellPanels() {
    this.panelsSoon = 0;
    if (this.panels.seen === false || !this.state.biopsy) return;
    const rows = this.charts.arms[0] || [], row = rows[rows.length - 1];
    whenNew(this, "biopsy", this.state.biopsy, () => this.biopsyBox.replaceChildren(...biopsy(this.state.biopsy)));
    whenNew(this, "budget", row || null, () => this.budgetBox.replaceChildren(...budget(row, this.charts.columns)));
  }

  tell(state) {
    const before = this.state;
    this.state = state;
    this.look.playing = state.playing;
    if (before.playing && !state.playing) this.showBones();
    this.askAgain(before, state);
    this.tellClock(state);
    if (!state.ready || state.day === undefined) return;
    this.axis.last = 12 * state.years;
    this.say(state);
    this.tellPlan(state);
    this.tellLook(state);
    this.panelsSoon ||= setTimeout(() => this.tellPanels(), PANELS_AFTER_MS);
    this.timeline.refresh();
    this.timeline.place();
    if (this.editing >= 0 && JSON.stringify(before.courses) !== JSON.stringify(state.courses)) this.edit(this.editing, true);
    this.charts.invalidate();
    this.root.setAttribute("data-day", state.day);
    this.root.setAttribute("data-playing", state.playing);
  }

  // What the crowd lived is of another plan as soon as the plan changes.
  askAgain(before, state) {
    const planned = JSON.stringify([state.courses, state.years, state.seed, state.host, state.arms]);
    if (this.crowdOn && state.ready && planned !== this.plannedFor && this.plannedFor) this.send({ do: "crowd", on: true });
    if (state.ready) this.plannedFor = planned;
    if (this.crowdOn && Math.floor(before.month) !== Math.floor(state.month)) hearBands(this, this.charts.bands);
  }

  tellClock(state) {
    const busy = state.growing !== null && state.growing !== undefined;
    whenNew(this, "growing", state.growing ?? null, () => {
      this.root.classList.toggle("growing", busy);
      this.growth.hidden = !busy;
      this.growth.textContent = busy ? `The bone is living until here: ${Math.round(100 * state.growing)} %.` : "";
    });
    whenNew(this, "playing", state.playing, () => this.setButton(state.playing));
    setText(this.seed, String(state.seed));
    whenNew(this, "speed", [state.speed, state.room, state.fastest], () => {
      this.speedText.textContent = `${Math.round(state.room)} days a second${state.room < state.speed ? " (shared)" : ""}`;
      if (document.activeElement !== this.speed) this.speed.value = Math.round(100 * Math.sqrt((state.speed - 1) / (state.fastest - 1)));
    });
  }

  tellPlan(state) {
    whenNew(this, "plan", [state.host, state.name, state.title, state.seed, state.surface_mm2, state.warnings, state.arms], () => {
      this.hostSelect.value = state.host;
      this.scenarioSelect.value = state.name;
      if (!this.scenarioSelect.value) this.scenarioSelect.value = "";
      this.phoneTitle.replaceChildren(el("b", { text: state.title }), el("small", { text: `${state.host_title}, seed ${state.seed}` }));
      this.patchChip.textContent = `Patch ${number(state.surface_mm2, 1)} mm²`;
      this.warn.textContent = state.warnings.join("; ");
      this.warn.hidden = !state.warnings.length;
      this.oneArm.setAttribute("aria-pressed", state.arms === 1);
      this.pairArms.setAttribute("aria-pressed", state.arms === 2);
      this.root.classList.toggle("pair", state.arms === 2);
    });
  }

  tellLook(state) {
    whenNew(this, "look", [state.look, this.theme, this.look.stain], () => {
      this.closerBox.replaceChildren(...closer(state.look, this.colours(), this.look.stain, { close: () => this.letGo(), follow: (on) => this.follow(on) }));
      this.closerBox.hidden = !state.look;
      this.faces.forEach((view) => view.invalidate());
    });
  }

  say(state) {
    const [month, rest] = state.sentence, text = `${month} ${rest}`;
    whenNew(this, "sentence", text, () => this.sentence.replaceChildren(el("b", { text: month }), ` ${rest}`));
    const now = Date.now();
    if (text !== this.spokenText && (now - this.spokenAt > 5000 || !state.playing)) {
      this.spokenAt = now;
      this.spokenText = text;
      this.spoken.textContent = text;
    }
  }

  notice(text) {
    if (!this.notices) return;
    for (const one of [this, this.timeline]) one.known = { ...one.known, plan: null, bars: null }; // what was refused does not stay chosen
    const box = el("div", { class: "notice", role: "alert" }, el("span", { text }), iconButton("close", "Dismiss", () => box.remove()));
    this.notices.append(box);
    setTimeout(() => box.remove(), 30000);
    while (this.notices.children.length > 3) this.notices.firstChild.remove();
  }

  lost(on) {
    if (this.lostBox && this.lostBox.hidden === on) this.lostBox.hidden = !on;
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
  follow(on = !(this.state.look && this.state.look.following)) { this.send({ do: "follow", on }); }
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
    const inside = refresh && this.editorBox.contains(document.activeElement) && document.activeElement;
    if (inside && inside.tagName === "INPUT") return;
    this.editorBox.replaceChildren(...editor(this, number));
    if (open && this.editorBox.querySelector("details")) this.editorBox.querySelector("details").open = true;
    this.editorBox.hidden = !this.editorBox.children.length;
    if (inside) focusModifier(this.editorBox, inside.dataset.modifier);
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
  onAxis() { this.timeline.refresh(); }
  setButton(playing) {
    this.playButton.replaceChildren(icon(playing ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.known = { ...this.known, playing: JSON.stringify(playing) };
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
    this.root.append(topBar(this), el("main", { class: "page" }, el("div", { class: "left" }, surfaceCard(this), sectionCard(this)), el("div", { class: "right" }, this.lessons.root, transportCard(this), chartCard(this), editorCard(this), panelsCard(this))), this.notices, this.lostBox, this.spoken);
    watchSeen(this.panels, this.budgetBox.closest(".twoCards"), () => this.tellPanels());
    this.fit();
    this.phone.addEventListener("change", () => this.fit());
  }

  // One face and one chart at a time on a phone.
  fit() {
    this.arrange();
    this.charts.slim = this.phone.matches;
    this.charts.invalidate();
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

}

function save(message, buffer) {
  const bytes = new Uint8Array(buffer.buffer ? buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength) : buffer);
  const link = el("a", { href: URL.createObjectURL(new Blob([bytes], { type: message.mime })), download: message.name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
}

function localStorageGet(key) { try { return localStorage.getItem(key); } catch { return null; } }
function localStorageSet(key, value) { try { localStorage.setItem(key, value); } catch { /* a private window */ } }
