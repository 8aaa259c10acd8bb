// Legends, the virtual biopsy, the budget of loss, and what is said of a cell or a site.

const BIOPSY_ROWS = [
  ["bv_tv", "BV/TV", "%", 100, 1], ["tb_th_um", "Tb.Th", "µm", 1, 0], ["tb_n_per_mm", "Tb.N", "/mm", 1, 2], ["tb_sp_um", "Tb.Sp", "µm", 1, 0],
  ["es_bs", "ES/BS", "%", 100, 1], ["os_bs", "OS/BS", "%", 100, 1], ["ms_bs", "MS/BS", "%", 100, 1], ["oc_s_bs", "Oc.S/BS", "%", 100, 2],
  ["mar_um_per_day", "MAR", "µm/day", 1, 2], ["bfr_bs_um_per_year", "BFR/BS", "µm/year", 1, 1], ["ac_f_per_year", "Ac.f", "/year", 1, 2], ["w_th_um", "W.Th", "µm", 1, 0], ["e_de_um", "E.De", "µm", 1, 0],
];

export function biopsy(values) {
  const month = values && values.month;
  const told = month === null || month === undefined ? "The first sample falls on month 0." : `Sample of month ${month}, tetracycline in two labels; rates since the last month. – where no site was finished.`;
  const cells = BIOPSY_ROWS.map(([key, name, unit, factor, decimals]) => {
    const value = values ? values[key] : null;
    return el("div", { class: "reading" }, el("span", { text: name }), el("b", { text: value === null || value === undefined ? "–" : number(value * factor, decimals) }), el("small", { text: unit }));
  });
  return [el("p", { class: "help", text: told }), el("div", { class: "readings" }, ...cells)];
}

const PARTS = [
  ["budget_space_pct", "remodelling space", "open cavities"], ["budget_balance_pct", "balance", "what finished cavities lack"],
  ["budget_perforation_pct", "perforation", "columns that are gone"], ["budget_mineral_pct", "mineral", "mean degree of mineral"],
];

export function budget(row, columns) {
  const value = (name) => (row ? row[columns.indexOf(name)] : 0) || 0;
  const most = Math.max(1, ...PARTS.map(([name]) => Math.abs(value(name))));
  const lines = PARTS.map(([name, title, help]) => {
    const v = value(name), bar = el("span", { class: v < 0 ? "loss" : "gain" });
    bar.style.width = `${(46 * Math.abs(v)) / most}%`;
    bar.style[v < 0 ? "right" : "left"] = "50%";
    return el("div", { class: "part", title: help }, el("span", { text: title }), el("span", { class: "track" }, bar), el("b", { text: `${number(v, 1)} %` }));
  });
  const whole = value("bmd_cancellous_pct");
  return [el("p", { class: "help", text: `Change of cancellous mineral since month 0: ${number(whole, 1)} %. It is the sum of these parts.` }), ...lines];
}

function swatch(colour, extra = "") {
  const node = el("span", { class: `swatch ${extra}` });
  node.style.background = colour;
  return node;
}

// A glyph as an image: a canvas would be a layer of its own in every frame of the page.
function glyph(draw) {
  const canvas = el("canvas", { width: 32, height: 32 }), c = canvas.getContext("2d");
  c.scale(2, 2);
  draw(c);
  return el("img", { class: "glyph", alt: "", src: canvas.toDataURL() });
}

function entry(mark, name) {
  return el("span", { class: "entry" }, mark, name);
}

const DEFECT = 6;

// A defect stands in the legend only where one is shown.
export function hasDefect(bone) {
  return Boolean(bone && bone.state && bone.state.includes(DEFECT));
}

export function mapLegend(colours, look, bone, names) {
  const stain = colours.stains[look.stain], found = [];
  if (bone && bone.legend) {
    const { name, unit, low, high, log } = bone.legend;
    const digits = (v) => (v >= 100 ? number(v, 0) : String(Number(v.toPrecision(2))));
    const bar = el("span", { class: "ramp" });
    bar.style.background = `linear-gradient(90deg, ${[0, 64, 128, 191, 255].map((i) => `rgb(${colours.ramp[i].join(",")})`).join(",")})`;
    found.push(el("span", { class: "entry" }, `${name} (${unit}${log ? ", log scale" : ""})`, digits(low), bar, digits(high)));
  }
  if (stain.states && !(bone && bone.legend && look.fieldOpacity >= 1))
    names.forEach((name, i) => { if (i < DEFECT || hasDefect(bone)) found.push(entry(swatch(colours.states[i], i === 4 ? "hatched" : ""), name)); });
  else if (!stain.states) found.push(el("span", { class: "entry strong", text: `${stain.title}: ${stain.subtitle}.` }), el("span", { class: "entry", text: readingOf(stain, bone) }));
  if (!stain.cells) return found;
  found.push(
    entry(glyph((c) => { lobedPath(c, 8, 8, 6.5, 3); fillAndRing(c, stain.osteoclast, stain.halo, 0.5); c.fillStyle = stain.nucleus; for (const [x, y] of nucleiAt(5, 3)) { disc(c, 8 + 6.5 * x, 8 + 6.5 * y, 1); c.fill(); } }), "osteoclast"),
    entry(glyph((c) => { disc(c, 8, 8, 3.6); c.fillStyle = stain.precursor; c.fill(); }), "precursor"),
    entry(glyph((c) => { c.fillStyle = stain.osteoblast; c.fillRect(4.6, 4.6, 6.8, 6.8); }), "osteoblast"),
    entry(glyph((c) => { diamondPath(c, 8, 8, 5.5); c.fillStyle = stain.progenitor; c.fill(); }), "progenitor"),
  );
  if (stain.states) found.push(entry(glyph((c) => { starPath(c, 8, 8, 7); c.fillStyle = colours.calling; c.fill(); }), "calling osteocyte"));
  return found;
}

function readingOf(stain, bone) {
  if (stain.name !== "tetracycline" || !bone) return stain.reading;
  const [a, b] = bone.labels;
  return `Labels of day ${a} and day ${b}: the distance between the lines divided by ${b - a} days is the apposition rate.`;
}

export function sectionLegend(colours, look) {
  const stain = colours.stains[look.stain], found = [];
  if (stain.states) {
    const bar = el("span", { class: "ramp" });
    bar.style.background = `linear-gradient(90deg, ${[0, 40, 80, 130, 180, 254].map((i) => `rgb(${stain.ages[i].join(",")})`).join(",")})`;
    found.push(el("span", { class: "entry" }, "bone age", bar, "0 to 30 years"));
  } else found.push(el("span", { class: "entry", text: `${stain.title}: ${stain.subtitle}` }));
  if (!stain.cells) return found;
  const oval = (rx, ry, fill, ring) => glyph((c) => { c.beginPath(); c.ellipse(8, 8, rx, ry, 0, 0, 7); c.fillStyle = fill; c.fill(); if (ring) { c.strokeStyle = ring; c.lineWidth = 1; c.stroke(); } });
  found.push(entry(oval(6, 2.6, stain.osteocyte, colours.name === "dark" ? colours.text2 : null), "osteocyte"), entry(oval(5.5, 5.5, stain.adipocyte, stain.adipocyte_rim), "adipocyte"), entry(oval(7, 3.4, stain.vessel_fill, stain.vessel), "vessel"));
  return found;
}

// The column of a site: slices from the face inwards, tinted by age.
export function column(slices, stain) {
  const whole = slices.reduce((sum, one) => sum + one.um, 0) || 1;
  const bars = slices.map((one) => {
    const bar = el("span", { title: `${one.um} µm, ${one.years} years, damage ${one.damage}` });
    const c = stain.ages[clamp(Math.round(254 * Math.sqrt(Math.min(30, Math.max(0, one.years)) / 30)), 0, 254)];
    bar.style.background = `rgb(${c.join(",")})`;
    bar.style.width = `${(100 * one.um) / whole}%`;
    return bar;
  });
  return el("div", { class: "column", role: "img", "aria-label": `${slices.length} slices of bone, ${Math.round(whole)} µm` }, ...bars);
}

// What is said of a cell or a site; `act` has: close(), follow(on).
export function closer(look, colours, stainName, act) {
  if (!look) return [];
  const facts = look.facts.map(([name, value]) => el("span", { class: "fact" }, `${name} `, el("b", { text: value })));
  const story = (look.story || []).map((line) => el("li", { text: line }));
  const follow = look.following === undefined ? null : el("button", { type: "button", class: "pill", "aria-pressed": look.following, title: "Follow this cell (G)", text: look.following ? "Following" : "Follow", onclick: () => act.follow(!look.following) });
  return [
    el("span", { class: "ringMark" }),
    el("div", { class: "closerText" }, el("b", { text: look.title.endsWith(".") ? `${look.title} ` : `${look.title}. ` }), look.words, el("div", { class: "facts" }, ...facts), story.length ? el("ul", { class: "story", "aria-live": "polite" }, ...story) : null, look.column ? column(look.column, colours.stains[stainName]) : null),
    follow, iconButton("close", "Let go", act.close),
  ];
}
