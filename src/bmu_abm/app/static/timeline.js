// The treatments as bars under the charts: dragged, stretched, stopped, removed; and the playhead.

const LANE = 34;

export class Timeline {
  // `still`: bars to look at, as in a replay.
  constructor(host, axis, still = false) {
    Object.assign(this, { host, axis, still, chosen: -1 });
    this.lanes = el("div", { class: "lanes", role: "list", "aria-label": "Treatments" });
    this.head = el("button", { class: "playhead", type: "button", role: "slider", "aria-label": "Day of the bone: drag or use arrows to go back and ahead" });
    this.root = el("div", { class: "timeline" }, this.lanes);
    this.drag();
  }

  title(use) {
    const found = this.offer({ use });
    return found ? found.title : words(use);
  }

  offer(course) {
    return this.host.offers.interventions.find((one) => one.name === course.use);
  }

  // Dose, interval and what else the course names, as they stand on the bar.
  dose(course) {
    const offer = this.offer(course), p = offer && offer.parameters;
    if (!p) return "";
    const named = modifierWords(this.host, offer, course);
    if (!p.dose) return named.join(", ");
    const numbers = { ...defaultsOf(this.host, offer, course), ...course }, { dose } = numbers;
    const every = p.every_days ? Math.round(numbers.every_days) : 0;
    const once = p.doses && Math.round(numbers.doses) === 1;
    const often = once ? " once" : every === 1 ? " a day" : every === 7 ? " a week" : every >= 180 && every <= 184 ? " every 6 months" : every ? ` every ${every} days` : "";
    return [`${dose >= 1e5 ? dose.toExponential(1) : Number(dose.toPrecision(3))} ${p.dose.unit}${often}`, ...named].join(", ");
  }

  // Build the bars anew if what they show has changed: plan, width, or what is over by now.
  refresh() {
    const { axis, host } = this, month = host.state.month || 0;
    const when = (host.state.courses || []).map((one) => [one.start_month > month, (one.stop_month ?? axis.last) <= month]);
    whenNew(this, "bars", [host.state.courses, axis.last, axis.width, when], () => this.render());
  }

  render() {
    const { host } = this, state = host.state;
    const courses = state.courses || [];
    if (this.dragging) return;
    const focus = this.lanes.contains(document.activeElement) ? Number(document.activeElement.dataset.number) : -1;
    this.lanes.replaceChildren(...courses.map((course, i) => this.bar(course, i)));
    if (!courses.length) this.lanes.append(el("p", { class: "none", text: "No treatment: this bone is left alone." }));
    if (focus >= 0 && this.lanes.children[focus]) this.lanes.children[focus].querySelector("button").focus({ preventScroll: true });
    this.place();
  }

  bar(course, i) {
    const { axis } = this, now = this.host.state.month || 0;
    const stop = course.stop_month ?? axis.last;
    const planned = course.start_month > now;
    const over = stop <= now;
    const width = Math.max(26, axis.x(Math.min(stop, axis.last)) - axis.x(course.start_month));
    const label = `${this.title(course.use)}, ${this.dose(course) || "on"}, month ${fmt(course.start_month)} to ${course.stop_month === undefined ? "the end" : fmt(course.stop_month)}`;
    const use = this.still ? { role: "img", "aria-label": label } : {
      type: "button", "aria-label": `${label}. Arrows move it, Shift and arrows stretch it, Enter edits, Delete removes.`,
      onclick: () => this.host.edit(i), onkeydown: (e) => this.key(e, course, i),
    };
    const bar = el(this.still ? "div" : "button", {
      class: `bar${planned ? " planned" : ""}${over ? " over" : ""}${i === this.chosen ? " chosen" : ""}`, "data-number": i, title: label, ...use,
    }, el("span", { class: "name", text: this.title(course.use) }), el("span", { class: "dose", text: this.dose(course) }), this.still ? null : el("span", { class: "grip" }));
    bar.style.left = `${axis.x(course.start_month)}px`;
    bar.style.width = `${width}px`;
    if (!this.still) this.pull(bar, course, i);
    const lane = el("div", { class: "lane", role: "listitem" }, bar, ...this.doses(course, stop));
    return lane;
  }

  doses(course, stop) {
    const offer = this.offer(course), p = offer && offer.parameters;
    if (!p || !p.dose || !p.every_days) return [];
    const numbers = { ...defaultsOf(this.host, offer, course), ...course };
    const every = (numbers.every_days * 12) / 365, most = p.doses ? Math.round(numbers.doses) : 1e9;
    const gap = this.axis.x(every) - this.axis.x(0);
    if (gap < 7) return [];
    const marks = [];
    for (let m = course.start_month, k = 0; m < Math.min(stop, this.axis.last) && k < most && k < 200; m += every, k++) {
      const mark = el("span", { class: "given" });
      mark.style.left = `${this.axis.x(m)}px`;
      marks.push(mark);
    }
    return marks;
  }

  key(e, course, i) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (by && e.shiftKey) this.change(i, { stop_month: (course.stop_month ?? Math.round(this.axis.last)) + by });
    else if (by) this.change(i, this.moved(course, by));
    else if (e.key === "Delete" || e.key === "Backspace") this.host.remove(i);
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  moved(course, by) {
    const now = this.host.state.month || 0;
    if (course.start_month < now) return { stop_month: course.stop_month === undefined ? undefined : Math.max(now, course.stop_month + by) };
    const start = Math.max(now, Math.round((course.start_month + by) * 2) / 2);
    return { start_month: start, ...(course.stop_month === undefined ? {} : { stop_month: start + course.stop_month - course.start_month }) };
  }

  change(i, changes) {
    const courses = this.host.state.courses.map((one, k) => (k === i ? clean({ ...one, ...changes }) : one));
    this.host.state.courses = courses;
    this.render();
    this.host.send({ do: "plan", data: { intervention: courses } });
  }

  // Drag a bar by its body, or its end by the grip (or within 12 px of it).
  pull(bar, course, i) {
    bar.addEventListener("pointerdown", (e) => {
      const box = bar.getBoundingClientRect(), x = e.clientX;
      const stretch = box.right - x < 14;
      let changes = null;
      bar.setPointerCapture(e.pointerId);
      const move = (m) => {
        const by = this.axis.month(this.axis.from + m.clientX - x);
        const months = m.clientX >= x ? by : -this.axis.month(this.axis.from + x - m.clientX);
        if (Math.abs(m.clientX - x) < 4 && !changes) return;
        this.dragging = true;
        const half = Math.round(months * 2) / 2;
        const now = this.host.state.month || 0;
        changes = stretch
          ? { stop_month: Math.max(course.start_month + 0.5, Math.ceil(now * 2) / 2, (course.stop_month ?? this.axis.last) + half) }
          : this.moved(course, half);
        const then = { ...course, ...changes };
        bar.style.left = `${this.axis.x(then.start_month)}px`;
        bar.style.width = `${Math.max(26, this.axis.x(Math.min(then.stop_month ?? this.axis.last, this.axis.last)) - this.axis.x(then.start_month))}px`;
      };
      const up = () => {
        bar.removeEventListener("pointermove", move);
        this.dragging = false;
        if (changes) {
          bar.addEventListener("click", (c) => c.stopImmediatePropagation(), { capture: true, once: true });
          this.change(i, changes);
        }
      };
      bar.addEventListener("pointermove", move);
      bar.addEventListener("pointerup", up, { once: true });
      bar.addEventListener("pointercancel", up, { once: true });
    });
  }

  // -- the playhead --------------------------------------------------------------------------------

  place() {
    const { head, axis } = this, state = this.host.state, month = this.scrub ?? state.month ?? 0;
    const left = `${axis.x(Math.min(month, axis.last)).toFixed(1)}px`;
    if (head.style.left !== left) head.style.left = left;
    setAttribute(head, "aria-valuemin", 0);
    setAttribute(head, "aria-valuemax", Math.round(axis.last));
    setAttribute(head, "aria-valuenow", Math.round(month));
    setAttribute(head, "aria-valuetext", `month ${Math.round(month)}`);
  }

  drag() {
    const { head } = this;
    const months = (e) => this.axis.month(e.clientX - this.root.parentElement.getBoundingClientRect().left);
    head.addEventListener("pointerdown", (e) => { head.setPointerCapture(e.pointerId); this.scrub = this.host.state.month; });
    head.addEventListener("pointermove", (e) => {
      if (this.scrub === undefined) return;
      this.scrub = months(e);
      this.place();
    });
    const drop = () => {
      if (this.scrub === undefined) return;
      const day = Math.round((this.scrub * 365) / 12);
      this.scrub = undefined;
      if (day !== this.host.state.day) this.host.send({ do: "go_to", day });
      this.place();
    };
    head.addEventListener("pointerup", drop);
    head.addEventListener("pointercancel", drop);
    head.addEventListener("keydown", (e) => {
      const months = { ArrowLeft: -1, ArrowRight: 1, PageUp: 12, PageDown: -12 }[e.key];
      const month = e.key === "Home" ? 0 : months ? Math.round(this.host.state.month) + months : null;
      if (month === null) return;
      e.preventDefault();
      e.stopPropagation();
      this.host.send({ do: "go_to", day: Math.max(0, Math.round((month * 365) / 12)) });
    });
  }
}

function clean(course) {
  const out = {};
  for (const [key, value] of Object.entries(course)) if (value !== undefined && value !== null) out[key] = value;
  return out;
}

function fmt(month) {
  return Number(month.toFixed(1)).toString();
}
