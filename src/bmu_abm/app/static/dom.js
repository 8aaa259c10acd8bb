// Small helpers: elements, icons, numbers.

export function el(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attrs)) {
    if (key.startsWith("aria-")) { node.setAttribute(key, String(value)); continue; }
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "text") node.textContent = value;
    else if (key in PROPERTIES) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((one) => one !== null && one !== undefined));
  return node;
}

// Draw views with the next frame of the browser, each once however often it is asked for. What a
// view asks for while it is drawn is drawn in the same frame: one commit of the page for all.
const due = new Map();
let waiting = 0;

export function onceAFrame(view, ready = () => true) {
  due.set(view, ready);
  waiting ||= requestAnimationFrame(drawDue);
}

function drawDue() {
  try {
    for (const [view, ready] of due) {
      due.delete(view);
      if (!ready()) continue;
      const begun = performance.now();
      view.draw();
      view.tookMs = performance.now() - begun;
    }
  } finally {
    waiting = due.size ? requestAnimationFrame(drawDue) : 0;
  }
}

// Keep the size of a view's box in `view.wide` and `view.high`: to ask for it costs a layout.
export function watchSize(view) {
  new ResizeObserver(([{ contentRect }]) => {
    [view.wide, view.high] = [Math.round(contentRect.width), Math.round(contentRect.height)];
    view.invalidate();
  }).observe(view.root);
  watchSeen(view, view.root, () => view.invalidate());
}

// Keep in `view.seen` whether a box is on the screen or near it: what is not is not drawn, and
// `come` is called when it comes.
export function watchSeen(view, box, come) {
  new IntersectionObserver((told) => {
    const before = view.seen;
    view.seen = told[told.length - 1].isIntersecting;
    if (view.seen && before === false) come();
  }, { rootMargin: "200px" }).observe(box);
}

// Write a text or an attribute only where it differs: what does not change costs no layout.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

// Calls `act` when `value` is another than the last time for this owner and name.
export function whenNew(owner, name, value, act) {
  const text = JSON.stringify(value), known = (owner.known ||= {});
  if (known[name] === text) return;
  known[name] = text;
  act();
}

const PROPERTIES = { value: 1, checked: 1, disabled: 1, htmlFor: 1, selected: 1 };

const ICONS = {
  play: "M8 5l11 7-11 7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  step: "M6 5l9 7-9 7zM16 5h2.4v14H16z",
  back: "M18 5l-9 7 9 7zM5.6 5H8v14H5.6z",
  reset: "M12 5a7 7 0 1 1-6.7 5h2.1A5 5 0 1 0 12 7v3L7.5 6 12 2z",
  dice: "M4 4h16v16H4zM8 6.6a1.5 1.5 0 1 0 .01 0zM16 14.4a1.5 1.5 0 1 0 .01 0zM12 10.5a1.5 1.5 0 1 0 .01 0z",
  layers: "M12 3l9 5-9 5-9-5zM4.5 12.3L12 16.5l7.5-4.2L21 13.5 12 18.5 3 13.5zM4.5 16.3L12 20.5l7.5-4.2L21 17.5 12 22.5 3 17.5z",
  share: "M18 3a3 3 0 1 1-2.6 4.5l-6 3.3a3 3 0 0 1 0 2.4l6 3.3A3 3 0 1 1 14.5 18l-6-3.3a3 3 0 1 1 0-5.4l6-3.3A3 3 0 0 1 18 3z",
  download: "M10.8 3h2.4v9l3.4-3.3 1.6 1.6L12 16.5l-6.2-6.2 1.6-1.6L10.8 12zM4 18.6h16V21H4z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  sun: "M12 7a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM11 1h2v4h-2zM11 19h2v4h-2zM1 11h4v2H1zM19 11h4v2h-4zM4 5.4L5.4 4l2.8 2.8-1.4 1.4zM15.8 17.2l1.4-1.4L20 18.6 18.6 20zM4 18.6l2.8-2.8 1.4 1.4L5.4 20zM15.8 6.8L18.6 4 20 5.4l-2.8 2.8z",
  help: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm-1 14.5v2.2h2.2v-2.2zM12 5.5A4 4 0 0 0 8 9.4h2.1c0-1.1.8-1.9 1.9-1.9s1.9.7 1.9 1.8c0 1.7-2.8 1.9-2.8 5.2h2c0-2.2 2.9-2.6 2.9-5.3A3.9 3.9 0 0 0 12 5.5z",
  menu: "M3 5.5h18v2.2H3zM3 11h18v2.2H3zM3 16.5h18v2.2H3z",
  close: "M5.5 7L7 5.5l5 5 5-5L18.500 7l-5 5 5 5-1.500 1.500-5-5-5 5L5.500 17l5-5z",
  plus: "M11 4h2v7h7v2h-7v7h-2v-7H4v-2h7z",
  undo: "M8 4v4h5a6 6 0 0 1 0 12H7v-2.200h6a3.800 3.800 0 0 0 0-7.600H8v4L2.500 9z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

export function iconButton(name, label, act, extra = {}) {
  return el("button", { class: "icon", type: "button", "aria-label": label, title: label, onclick: act, ...extra }, icon(name));
}

export function hexToRgb(code) {
  return [1, 3, 5].map((i) => parseInt(code.slice(i, i + 2), 16));
}

export function mixed(a, b, share) {
  const [x, y] = [hexToRgb(a), hexToRgb(b)];
  return `rgb(${x.map((v, i) => Math.round(v * (1 - share) + y[i] * share)).join(",")})`;
}

export function number(value, decimals) {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toFixed(decimals);
  const zero = Number(text) === 0;
  return (value < 0 && !zero ? "−" : "") + text.replace(/\B(?=(\d{3})+(?!\d))/g, (m, a, at, all) => (all.indexOf(".") >= 0 && at > all.indexOf(".") ? "" : "\u2009"));
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

const SPELT = { adipo: "adipocyte", cxcr4: "CXCR4", fc: "Fc", iu: "IU", kd: "Kd", msc: "MSC", opg: "OPG", pm: "pM", pth: "PTH", rank: "RANK", rankl: "RANKL", slit3: "SLIT3", ug: "µg" };

// A name of a file as a person writes it: `rank_fc` is "RANK Fc".
export function words(name) {
  const text = name.split("_").map((part) => SPELT[part] || part).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
