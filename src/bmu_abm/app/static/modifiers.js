// What a course names beside its numbers: form and carrier, and of a graft donor, route and scaffold.

const MODIFIERS = {
  form: ["Form", "usual form"], carrier: ["Carrier", "without a carrier"], donor: ["Donor", "none in particular"],
  route: ["Route", "usual route"], scaffold: ["Scaffold", "none"],
};

// The choices of an intervention, by name: each has a title, help and the defaults that it changes.
function choicesOf(host, offer, kind) {
  if (kind === "form") return offer.forms;
  const all = host.offers.modifiers[kind];
  return Object.fromEntries((offer.modifiers[kind] || []).map((name) => [name, all[name]]));
}

function namedIn(host, offer, course) {
  const kinds = Object.keys(MODIFIERS).filter((kind) => offer.modifiers[kind] && course[kind]);
  return kinds.map((kind) => choicesOf(host, offer, kind)[course[kind]]).filter(Boolean);
}

// What a course names, in words.
export function modifierWords(host, offer, course) {
  return namedIn(host, offer, course).map((one) => one.title);
}

// The numbers of an intervention where the course sets none: those of form, donor and scaffold go
// before its own, in the order of `Course.values`.
export function defaultsOf(host, offer, course) {
  const own = Object.entries(offer.parameters).map(([key, p]) => [key, p.default]);
  return Object.assign(Object.fromEntries(own), ...namedIn(host, offer, course).map((one) => one.values));
}

function holds(host, offer, route) {
  return host.offers.in_place.includes(route || offer.route);
}

// A labelled list for each kind that the intervention takes; `change` hears what becomes of the course.
export function modifierBoxes(host, offer, course, change) {
  return Object.keys(MODIFIERS).filter((kind) => offer.modifiers[kind]).map((kind) => modifierBox(host, offer, course, kind, change));
}

function modifierBox(host, offer, course, kind, change) {
  const [title, none] = MODIFIERS[kind], choices = choicesOf(host, offer, kind);
  const usual = kind === "route" ? offer.route : "", chosen = course[kind] === usual ? "" : course[kind] || "";
  const id = `m${Math.random().toString(36).slice(2)}`, shut = kind === "scaffold" && !holds(host, offer, course.route);
  const select = el("select", { id, "data-modifier": kind, disabled: shut, "aria-describedby": `${id}h` },
    el("option", { value: "", text: usual ? `${choices[usual].title} (usual)` : none }),
    ...Object.entries(choices).filter(([name]) => name !== usual).map(([name, one]) => el("option", { value: name, text: one.title })));
  select.value = chosen;
  select.addEventListener("change", () => {
    const changes = { [kind]: select.value || undefined };
    if (kind === "route" && !holds(host, offer, select.value)) changes.scaffold = undefined; // none holds cells in the blood
    change(changes, kind);
  });
  const about = choices[chosen || usual], told = shut ? "where cells are given in place: choose such a route first" : about ? about.help : "";
  return el("div", { class: "quantity" }, el("label", { for: id }, el("b", { text: title })), select, el("small", { id: `${id}h`, text: told }));
}

// Hand the focus to the list of a kind again, after its box was built anew.
export function focusModifier(box, kind) {
  const select = kind && box.querySelector(`[data-modifier="${kind}"]`);
  if (select) select.focus({ preventScroll: true });
}
