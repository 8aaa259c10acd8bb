// Dialogs: add a treatment, parameters, layers, charts, taking away, help. Native, so Escape closes.

export function dialog(title, ...children) {
  const box = el("dialog", { "aria-label": title },
    el("form", { method: "dialog", class: "dialogHead" }, el("h2", { text: title }), el("button", { class: "icon", "aria-label": "Close" }, icon("close"))),
    el("div", { class: "dialogBody" }, ...children));
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (e) => { if (e.target === box) box.close(); });
  box.addEventListener("keydown", (e) => e.stopPropagation());
  return box;
}

export function open(host, box) {
  host.root.append(box);
  box.showModal();
  return box;
}

// A number with its unit, range and help; `change` hears the valid value.
export function quantity(name, offer, value, change, note) {
  const id = `q${Math.random().toString(36).slice(2)}`;
  const input = el("input", { id, type: "number", step: "any", min: offer.low, max: offer.high, value });
  const wrong = el("span", { class: "wrong", role: "alert" });
  input.addEventListener("change", () => {
    const v = Number(input.value), fits = input.value !== "" && Number.isFinite(v) && v >= offer.low && v <= offer.high;
    wrong.textContent = fits ? "" : `from ${offer.low} to ${offer.high} ${offer.unit}`;
    if (fits) change(v);
  });
  return el("div", { class: "quantity" },
    el("label", { for: id }, el("b", { text: words(name) }), " ", el("small", { text: offer.help })),
    el("span", { class: "numberBox" }, input, el("small", { text: offer.unit === "1" ? "" : offer.unit })),
    el("small", { class: "source", text: `${offer.low} to ${offer.high}. ${offer.source}` }), note ? el("small", { class: "note", text: note }) : null, wrong);
}

const KIND_NAMES = { drug: "Drugs", supplement: "Supplements", graft: "Cells and grafts", mirna: "MicroRNA", delivery: "Delivery", disease: "Disease and hormones", genotype: "Genotype", hypothesis: "Hypotheses" };

export function addTreatment(host) {
  const offers = host.offers.interventions, group = (one) => one.group || KIND_NAMES[one.kind] || words(one.kind);
  const groups = [...new Set(offers.map(group))].sort((a, b) => offers.some((one) => one.group === a) - offers.some((one) => one.group === b));
  const select = el("select", { "aria-label": "Treatment" }, ...groups.map((name) =>
    el("optgroup", { label: name }, ...offers.filter((one) => group(one) === name).map((one) => el("option", { value: one.name, text: one.title })))));
  const now = Math.ceil(host.state.month * 2) / 2;
  const start = el("input", { type: "number", min: now, max: host.axis.last, step: 0.5, value: now, "aria-label": "First month" });
  const stop = el("input", { type: "number", min: now, max: host.axis.last, step: 0.5, placeholder: "to the end", "aria-label": "Last month" });
  const about = el("div", { class: "about" });
  let settings = {}, named = {};
  const tell = () => {
    const offer = offers.find((one) => one.name === select.value), defaults = defaultsOf(host, offer, named);
    const rename = (changes, kind) => { Object.assign(named, changes); tell(); focusModifier(about, kind); };
    about.replaceChildren(
      el("p", { text: offer.description }),
      el("div", { class: "grid" }, ...modifierBoxes(host, offer, named, rename)),
      ...Object.entries(offer.parameters).map(([key, p]) => quantity(key, p, settings[key] ?? defaults[key], (v) => (settings[key] = v))),
      el("p", { class: "help", text: `Sources: ${offer.sources.join("; ")}.` }));
  };
  select.addEventListener("change", () => { settings = {}; named = {}; tell(); });
  select.value = (offers.find((one) => one.kind === "drug") || offers[0]).name;
  tell();
  const box = dialog("Add treatment",
    el("div", { class: "line" }, el("label", {}, "Treatment ", select), el("label", {}, "from month ", start), el("label", {}, "to month ", stop)), about,
    el("div", { class: "line end" }, el("button", {
      class: "mainAct", type: "button", text: "Add treatment", onclick: () => {
        const course = { use: select.value, start_month: Number(start.value), ...named, ...settings };
        if (stop.value !== "") course.stop_month = Number(stop.value);
        host.send({ do: "plan", data: { intervention: [...host.state.courses, course] } });
        box.close();
      },
    })));
  return open(host, box);
}

export function editor(host, number) {
  const course = host.state.courses[number];
  if (!course) return [];
  const offer = host.offers.interventions.find((one) => one.name === course.use);
  const change = (changes) => host.timeline.change(number, changes);
  const past = course.start_month < host.state.month;
  const main = Object.entries(offer.parameters);
  const dates = [
    quantity("start_month", { low: past ? course.start_month : Math.ceil(host.state.month * 2) / 2, high: host.axis.last, unit: "month", help: past ? "has begun" : "", source: "" }, course.start_month, (v) => change({ start_month: v })),
    quantity("stop_month", { low: Math.max(course.start_month, host.state.month), high: host.axis.last, unit: "month", help: course.stop_month === undefined ? "to the end" : "", source: "" }, course.stop_month ?? "", (v) => change({ stop_month: v })),
  ];
  if (past) dates[0].querySelector("input").disabled = true;
  const defaults = defaultsOf(host, offer, course), value = (key) => course[key] ?? defaults[key];
  const rows = main.map(([key, p]) => quantity(key, p, value(key), (v) => change({ [key]: v }), "acts on the next step"));
  const sliders = main.filter(([key]) => key === "dose" || key === "every_days").map(([key, p]) => slider(host, key, p, value(key), (v) => change({ [key]: v })));
  const rename = (changes, kind) => { change(changes); host.edit(number, true); focusModifier(host.editorBox, kind); };
  return [
    el("div", { class: "editorHead" }, el("h2", { text: offer.title }), el("small", { text: "acts on the next step" }), ...sliders,
      el("span", { class: "spring" }),
      el("button", { type: "button", class: "pill", text: "Stop here", disabled: !past || (course.stop_month ?? 1e9) <= host.state.month, onclick: () => change({ stop_month: Math.max(host.state.month, course.start_month + 0.05) }) }),
      el("button", { type: "button", class: "pill", text: "Remove", onclick: () => host.remove(number) }),
      iconButton("close", "Close", () => host.edit(-1))),
    el("div", { class: "grid" }, ...modifierBoxes(host, offer, course, rename)),
    el("details", { class: "more" }, el("summary", { text: "Dates and all numbers" }), el("p", { class: "help", text: offer.description }), el("div", { class: "grid" }, ...dates, ...rows)),
  ];
}

// A slider over a range that may span decades: its position is the square root of the share.
export function slider(host, name, offer, value, change) {
  const most = Math.min(offer.high, Math.max(offer.default, value) * 4 || offer.high), shown = el("b");
  const input = el("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": words(name), value: 100 * Math.sqrt(Math.max(0, value - offer.low) / (most - offer.low)) });
  const of = () => {
    const v = offer.low + (input.value / 100) ** 2 * (most - offer.low);
    return offer.unit === "day" ? Math.max(offer.low, Math.round(v)) : Number(v.toPrecision(2));
  };
  const tell = (v) => {
    shown.textContent = `${v >= 1e5 ? Number(v).toExponential(1) : Number(Number(v).toPrecision(3))} ${offer.unit === "1" ? "" : offer.unit}`;
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  tell(value);
  input.addEventListener("input", () => tell(of()));
  input.addEventListener("change", () => change(of()));
  return el("label", { class: "slider" }, el("span", {}, `${words(name)} `, shown), input);
}

export function parameters(host) {
  const list = el("div", { class: "grid" }), search = el("input", { type: "search", placeholder: "Search, for example RANKL", "aria-label": "Search parameters" });
  const waiting = {}, restart = el("button", { class: "mainAct", type: "button", disabled: true, text: "Restart to apply" });
  const fill = () => {
    const wanted = search.value.toLowerCase();
    const now = { ...host.state.host_parameters, ...host.state.parameters };
    const found = host.offers.parameters.filter((p) => `${p.path} ${p.help}`.toLowerCase().includes(wanted));
    list.replaceChildren(...found.slice(0, 40).map((p) =>
      quantity(p.path, p, waiting[p.path] ?? now[p.path] ?? p.default, (v) => {
        if (p.live) return host.send({ do: "plan", data: { parameters: { ...host.state.parameters, [p.path]: v } } });
        waiting[p.path] = v;
        restart.disabled = false;
      }, p.live ? "acts on the next step" : "restart to apply")),
      el("p", { class: "help", text: found.length > 40 ? `${found.length - 40} more: search for them.` : `${found.length} parameters.` }));
  };
  search.addEventListener("input", fill);
  fill();
  const box = dialog("Parameters", el("p", { class: "help", text: "A change marked “acts on the next step” works while the bone lives and is marked on the time axis; the others are set when a bone is grown." }), search, list, el("div", { class: "line end" }, restart));
  restart.addEventListener("click", () => {
    host.send({ do: "open_host", host: host.state.host, parameters: { ...host.state.parameters, ...waiting } });
    box.close();
  });
  return open(host, box);
}

export function layers(host) {
  const { look } = host;
  const signals = el("select", { "aria-label": "Signal" }, el("option", { value: "", text: "none" }), ...host.offers.fields.map((f) => el("option", { value: f.name, text: `${f.name} (${f.unit})` })));
  signals.value = look.field;
  signals.addEventListener("change", () => host.setLook({ field: signals.value }));
  const opacity = (title, get, set) => {
    const input = el("input", { type: "range", min: 0, max: 1, step: 0.05, value: get(), "aria-label": `${title}, opacity` });
    input.addEventListener("input", () => { set(Number(input.value)); host.setLook({}); });
    return el("label", { class: "slider" }, el("span", { text: title }), input);
  };
  const cell = (kind, title) => opacity(title, () => look.layers[kind] ?? 1, (v) => (look.layers[kind] = v));
  return open(host, dialog("Layers",
    el("label", { class: "line" }, "Signal ", signals),
    opacity("Signal", () => look.fieldOpacity, (v) => (look.fieldOpacity = v)),
    opacity("Relief", () => look.relief, (v) => (look.relief = v)),
    opacity("Surface states", () => look.tint, (v) => (look.tint = v)),
    cell("osteoclast", "Osteoclasts"), cell("osteoclast_precursor", "Precursors"), cell("osteoblast", "Osteoblasts"), cell("msc", "Progenitors"), cell("osteocyte", "Calling osteocytes"),
    opacity("Adipocytes", () => look.layers.adipocyte, (v) => (look.layers.adipocyte = v)), opacity("Vessels", () => look.layers.vessel, (v) => (look.layers.vessel = v))));
}

export function chooseCharts(host) {
  const boxes = host.offers.panels.map((p) => {
    const input = el("input", { type: "checkbox", checked: host.charts.chosen.includes(p.title) });
    input.addEventListener("change", () => host.chooseChart(p.title, input.checked));
    return el("label", { class: "check" }, input, el("span", {}, p.title, " ", el("small", { text: p.unit })));
  });
  return open(host, dialog("Charts", el("p", { class: "help", text: "All charts share one time axis." }), ...boxes));
}

export function takeAway(host) {
  const file = el("input", { type: "file", accept: ".toml", "aria-label": "Scenario file" });
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) return;
    if (chosen.size > 1e6) return host.notice(`${chosen.name}: is larger than 1 MB; is it the right file?`);
    host.send({ do: "open_text", text: await chosen.text() });
    box.close();
  });
  const take = (what, title, help) => el("button", { type: "button", class: "choice", onclick: () => { host.send({ do: "take", what }); box.close(); } }, el("b", { text: title }), el("small", { text: help }));
  const box = dialog("Download",
    take("csv", "Readouts (CSV)", "monthly, the columns of bmu run"), take("parquet", "Readouts (Parquet)", "the same, with types, for pandas, R or Arrow"), take("png", "Picture (PNG)", "map and section as they are now"), take("svg", "Picture (SVG)", "the same, to be scaled"), take("gif", "Film (GIF)", "both faces from month 0 until today; takes some seconds"),
    take("toml", "Scenario (TOML)", "runs with bmu run, with as many patches as you like"), take("report", "Report (HTML)", "pictures, readouts, plan and provenance in one file"), take("replay", "Replay (HTML)", "this life as a page of its own, without a server"),
    el("h2", { text: "Open" }), el("label", { class: "line" }, "A scenario file ", file));
  return open(host, box);
}

export function shareLink(host, text) {
  const url = `${location.origin}${location.pathname}${location.search}#${text}`;
  const field = el("input", { class: "wide", readonly: true, value: url, "aria-label": "Link" });
  const box = dialog("Share link", el("p", { class: "help", text: "It holds host, parameters, timeline, seed and day: whoever opens it with this version sees this very bone." }), field,
    el("div", { class: "line end" }, el("button", { class: "mainAct", type: "button", text: "Copy", onclick: async () => { field.select(); try { await navigator.clipboard.writeText(url); host.notice("The link is copied."); } catch { document.execCommand("copy"); } } })));
  return open(host, box);
}

const KEYS = [
  ["Space", "play or pause"], ["→ or .", "one day on"], ["Shift →", "30 days on"], ["← or ,", "30 days back"], ["R", "reset, same seed"], ["N", "new seed"], ["Z", "take back the last act"],
  ["A", "add treatment"], ["P", "parameters"], ["L", "layers"], ["C", "charts"], ["S", "next stain"], ["2", "one patch or two arms"], ["X", "download or open a file"], ["U", "share link"], ["B", "ask 16 patches, or this one alone"], ["T", "light or dark"], ["E", "lessons"], ["F", "faster"], ["D", "slower"], ["G", "follow the chosen cell, or no longer"], ["Esc", "let go of it"], ["?", "this help"],
  ["on the map", "arrows move a cursor, Enter looks closer or uses the tool, + − zoom, 0 whole, page up and down move the section"], ["on a bar", "arrows move it, Shift arrows stretch it, Enter edits, Delete removes"],
];

export function help(host) {
  return open(host, dialog("Help",
    el("p", { text: "One trabecula, unfolded: the left map is its front face, the right map its back. The section below shows both along the dashed line, which can be dragged." }),
    el("p", { text: "Click a cell or a place to look closer. Drag bars to move treatments, their right end to stretch them, the playhead to go back in time; what you then change begins another branch, and what was before stays as a dashed line." }),
    el("p", { text: "One patch is noise: download the scenario and let bmu run ask many patches." }),
    el("dl", { class: "keys" }, ...KEYS.flatMap(([key, text]) => [el("dt", { text: key }), el("dd", { text })]))));
}
