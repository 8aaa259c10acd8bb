// The cards of the page: each a section with its head, its controls and its place for drawings.

const STAIN_NAMES = { schematic: "Schematic", goldner: "Goldner", trap: "TRAP", tetracycline: "Tetracycline", backscatter: "Backscatter" };
const TOOL_NAMES = { microcrack: "Microcrack", precursors: "Drop precursors", stem_cells: "Drop stem cells" };

export function topBar(host) {
  host.hostSelect = el("select", { class: "pill", "aria-label": "Host" }, ...host.offers.hosts.map((one) => el("option", { value: one.name, text: one.title })));
  host.hostSelect.addEventListener("change", () => host.send({ do: "open_host", host: host.hostSelect.value }));
  host.scenarioSelect = el("select", { class: "pill", "aria-label": "Scenario" }, el("option", { value: "", text: "own plan", disabled: true }), ...host.offers.scenarios.map((one) => el("option", { value: one.name, text: one.title })));
  host.scenarioSelect.addEventListener("change", () => host.send({ do: "open", scenario: host.scenarioSelect.value }));
  host.oneArm = el("button", { type: "button", text: "One patch", "aria-pressed": true, onclick: () => host.twoArms(false) });
  host.pairArms = el("button", { type: "button", text: "Two arms", "aria-pressed": false, title: "Compare with untreated", onclick: () => host.twoArms(true) });
  host.themeButton = iconButton("moon", "Light or dark", () => host.switchTheme());
  host.phoneTitle = el("div", { class: "phoneTitle" });
  return el("header", { class: "bar" }, el("h1", { text: "Bone remodelling" }), host.phoneTitle, el("div", { class: "presets" }, host.hostSelect, host.scenarioSelect), el("span", { class: "spring" }),
    el("div", { class: "segments", role: "group", "aria-label": "Arms and lessons" }, host.oneArm, host.pairArms, host.lessons.button),
    iconButton("menu", "Parameters", () => parameters(host)), iconButton("share", "Share link", () => host.send({ do: "link" })), iconButton("download", "Download", () => takeAway(host)), host.themeButton, iconButton("help", "Help", () => help(host)));
}

export function surfaceCard(host) {
  host.stainButtons = host.palette.stains.map((name) => el("button", { type: "button", "data-stain": name, "aria-pressed": name === host.look.stain, text: STAIN_NAMES[name] || words(name), onclick: () => host.setLook({ stain: name }) }));
  host.stainSelect = el("select", { class: "pill phoneOnly", "aria-label": "Stain" }, ...host.palette.stains.map((name) => el("option", { value: name, text: STAIN_NAMES[name] || words(name) })));
  host.stainSelect.addEventListener("change", () => host.setLook({ stain: host.stainSelect.value }));
  host.toolSelect = el("select", { class: "pill", "aria-label": "Pointer" }, el("option", { value: "", text: "Look closer" }), ...host.offers.tools.map((name) => el("option", { value: name, text: TOOL_NAMES[name] || words(name) })));
  host.toolSelect.addEventListener("change", () => host.setTool(host.toolSelect.value));
  host.maps = el("div", { class: "maps" });
  host.mapLegend = el("div", { class: "legend" });
  return el("section", { class: "card surface", "aria-label": "Surface" },
    el("div", { class: "cardHead" }, el("h2", { text: "Surface" }), el("small", { class: "wideOnly", text: "both faces of one plate, unfolded" }), faceButtons(host), el("span", { class: "spring" }), host.stainSelect, el("div", { class: "segments stains", role: "group", "aria-label": "Stain" }, ...host.stainButtons), iconButton("layers", "Layers", () => layers(host))),
    host.maps, host.growth, el("div", { class: "under" }, host.mapLegend, el("label", { class: "tool" }, "Pointer ", host.toolSelect)));
}

// On a phone one face is shown at a time.
export function faceButtons(host) {
  const buttons = ["Front", "Back"].map((text, i) => el("button", { type: "button", "aria-pressed": i === 0, text, onclick: () => { host.phoneFace = i; buttons.forEach((b, k) => b.setAttribute("aria-pressed", k === i)); host.arrange(); } }));
  return el("div", { class: "segments phoneOnly", role: "group", "aria-label": "Face" }, ...buttons);
}

export function sectionCard(host) {
  host.sectionNote = el("small", { class: "wideOnly" });
  host.sectionLegend = el("div", { class: "legend" });
  return el("section", { class: "card", "aria-label": "Section" }, el("div", { class: "cardHead" }, el("h2", { text: "Section" }), host.sectionNote), host.section.root, host.sectionLegend);
}

export function transportCard(host) {
  host.playButton = el("button", { type: "button", class: "play", onclick: () => host.play() });
  host.speed = el("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": "Speed, days a second" });
  host.speed.addEventListener("input", () => {
    const v = 1 + (host.speed.value / 100) ** 2 * (host.state.fastest - 1);
    host.speedText.textContent = `${Math.round(v)} days a second`;
    host.send({ do: "speed", days_a_second: v });
  });
  host.speedText = el("b");
  host.seed = el("b");
  host.sentence = el("p", { class: "sentence" });
  host.closerBox = el("div", { class: "closer", hidden: true });
  host.warn = el("p", { class: "warn", hidden: true });
  const text = (name, label, act) => el("button", { type: "button", class: "pill", onclick: act }, icon(name), label);
  const transport = el("div", { class: "transport" }, iconButton("back", "30 days back", () => host.back()), host.playButton, iconButton("step", "Step: one day", () => host.step(1)),
    el("label", { class: "slider speed" }, el("span", {}, "Speed ", host.speedText), host.speed), el("span", { class: "spring" }),
    el("span", { class: "seed" }, "Seed ", host.seed), text("reset", "Reset", () => host.send({ do: "reset" })), text("dice", "New seed", () => host.send({ do: "new_seed" })), iconButton("undo", "Take back the last act", () => host.send({ do: "undo" })));
  return el("section", { class: "card transportCard", "aria-label": "Clock" }, transport, host.sentence, host.warn, host.closerBox);
}

export function chartCard(host) {
  host.crowdOn = false;
  host.crowdNote = el("small", { text: "Solid: this patch. One patch is noise." });
  host.crowdButton = el("button", { type: "button", class: "pill", text: "Ask 16 patches", title: "Live 16 other patches of this host in the background", onclick: () => host.send({ do: "crowd", on: !host.crowdOn }) });
  host.pooled = el("p", { class: "pooled", hidden: true });
  const text = (name, label, act) => el("button", { type: "button", class: "pill", onclick: act }, icon(name), label);
  const longer = el("button", { type: "button", class: "pill", text: "One year more", onclick: () => host.send({ do: "plan", data: { years: Math.min(host.state.horizon_years, host.state.years + 1) } }) });
  return el("section", { class: "card chartCard", "aria-label": "Charts and treatments" },
    el("div", { class: "cardHead" }, host.crowdNote, el("span", { class: "spring" }), host.crowdButton, el("button", { type: "button", class: "pill", text: "Charts", onclick: () => chooseCharts(host) })),
    host.pooled, el("div", { class: "timeArea" }, host.charts.root, host.timeline.root, host.timeline.head),
    el("div", { class: "line" }, text("plus", "Add treatment", () => addTreatment(host)), longer));
}

export function editorCard(host) {
  host.editorBox = el("section", { class: "card editor", "aria-label": "Treatment", hidden: true });
  return host.editorBox;
}

export function panelsCard(host) {
  host.biopsyBox = el("div");
  host.budgetBox = el("div", { class: "budget" });
  host.patchChip = el("span", { class: "chip" });
  const patch = el("select", { class: "pill", "aria-label": "Patch" }, el("option", { value: "", text: "Patch: restart to apply" }), ...["tiny", "small", "reference"].map((name) => el("option", { value: name, text: words(name) })));
  patch.addEventListener("change", () => { if (patch.value) host.send({ do: "open_host", host: host.state.host, patch: patch.value }); patch.value = ""; });
  return el("div", { class: "twoCards" },
    el("section", { class: "card", "aria-label": "Virtual biopsy" }, el("div", { class: "cardHead" }, el("h2", { text: "Virtual biopsy" }), el("span", { class: "spring" }), host.patchChip, patch), host.biopsyBox),
    el("section", { class: "card", "aria-label": "Budget of loss" }, el("div", { class: "cardHead" }, el("h2", { text: "Budget of loss" })), host.budgetBox));
}
