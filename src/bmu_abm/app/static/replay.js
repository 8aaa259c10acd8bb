// A recorded life: the page without a server.

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Replay extends PageHost {
  constructor(root, life) {
    super(root, ({ day }) => day === undefined || this.go(this.frameOf(day)));
    Object.assign(this, { life, at: 0, offers: life.offers, palette: life.colours });
    for (const theme of Object.values(this.palette.themes)) {
      theme.states_rgb = theme.states.map(hexToRgb);
      theme.ramp_linear = theme.ramp.map(linearOf);
    }
    this.state = { courses: life.courses, acts: life.acts, month: 0, arms: 1, look: null };
    this.axis.last = 12 * life.years;
    this.buildReplay();
    this.setTheme(this.theme);
    this.go(0);
  }

  buildReplay() {
    this.charts = new Charts(this, this.axis);
    this.charts.chosen = this.offers.first_panels;
    this.timeline = new Timeline(this, this.axis, true);
    this.section = new SectionView(this);
    this.maps = el("div", { class: "maps" });
    this.mapLegend = el("div", { class: "legend" });
    this.sectionLegend = el("div", { class: "legend" });
    this.sectionNote = el("small");
    this.sentence = el("p", { class: "sentence", "aria-live": "polite" });
    this.themeButton = iconButton("moon", "Light or dark", () => this.setTheme(this.theme === "dark" ? "light" : "dark"));
    this.scrubber = el("input", { type: "range", min: 0, max: this.life.frames.length - 1, step: 1, value: 0, "aria-label": "Time" });
    this.scrubber.addEventListener("input", () => this.go(Number(this.scrubber.value)));
    this.playButton = el("button", { type: "button", class: "play", onclick: () => this.run() });
    this.setButton(false);
    const whose = `${this.life.host}, seed ${this.life.seed}; a replay`;
    this.root.append(
      el("header", { class: "bar" }, el("h1", { text: this.life.title }), el("small", { class: "wideOnly", text: whose }), el("div", { class: "phoneTitle" }, el("b", { text: this.life.title }), el("small", { text: whose })), el("span", { class: "spring" }), this.themeButton),
      el("main", { class: "page" },
        el("div", { class: "left" }, el("section", { class: "card" }, el("div", { class: "cardHead" }, el("h2", { text: "Surface" }), faceButtons(this)), this.maps, this.mapLegend), el("section", { class: "card" }, el("div", { class: "cardHead" }, el("h2", { text: "Section" }), this.sectionNote), this.section.root, this.sectionLegend)),
        el("div", { class: "right" }, el("section", { class: "card transportCard", "aria-label": "Clock" }, el("div", { class: "transport" }, this.playButton, el("label", { class: "slider spring" }, this.scrubber)), this.sentence),
          el("section", { class: "card chartCard", "aria-label": "Charts and treatments" }, el("div", { class: "timeArea" }, this.charts.root, this.timeline.root, this.timeline.head), el("p", { class: "help", text: "One patch is noise." })))));
    this.fit();
    this.phone.addEventListener("change", () => this.fit());
    this.charts.fresh(this.life.columns, [], 1);
    this.root.setAttribute("data-frames", this.life.frames.length);
  }

  onRow() {}
  notice(text) { this.sentence.textContent = text; }

  // The frame that is nearest to a day.
  frameOf(day) {
    const far = this.life.frames.map((one) => Math.abs(one.day - day));
    return far.indexOf(Math.min(...far));
  }

  async go(number) {
    this.at = number;
    const frame = this.life.frames[number];
    const bytes = await inflate(frame.data);
    if (this.at !== number) return;
    this.bones = bonesOf(unpack(bytes));
    this.bones[0].legendName = "";
    Object.assign(this.state, { month: frame.month, day: frame.day, osteoclasts: [0] });
    this.sentence.replaceChildren(el("b", { text: frame.sentence[0] }), ` ${frame.sentence[1]}`);
    this.scrubber.value = number;
    this.charts.arms = [this.life.points.filter((row) => row[0] <= frame.month + 1e-6)];
    this.charts.invalidate();
    this.timeline.refresh();
    this.timeline.place();
    this.showBones();
    this.root.setAttribute("data-day", frame.day);
  }

  run() {
    this.look.playing = !this.look.playing;
    this.setButton(this.look.playing);
    if (!this.look.playing) this.showBones(); // with what waited to be painted
    if (this.look.playing && this.at >= this.life.frames.length - 1) this.at = -1;
    const next = async () => {
      if (!this.look.playing) return;
      if (this.at >= this.life.frames.length - 1) return this.run();
      await this.go(this.at + 1);
      setTimeout(next, 90);
    };
    next();
  }
}

new Replay(document.getElementById("bmu"), JSON.parse(document.getElementById("life").textContent));
