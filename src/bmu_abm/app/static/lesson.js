// The lesson panel: predict, run, observe, explain. The server holds the texts and the answers.

export class LessonPanel {
  constructor(host) {
    Object.assign(this, { host, lessons: [], steps: [], lesson: null, step: 0, chosen: {}, answers: {}, ran: {} });
    this.button = el("button", { type: "button", text: "Lessons", "aria-pressed": false, "aria-expanded": false, title: "Lessons (E)", onclick: () => this.toggle() });
    this.root = el("section", { class: "card lesson", "aria-label": "Lesson", hidden: true });
    this.select = el("select", { class: "pill", "aria-label": "Lesson" });
    this.select.addEventListener("change", () => this.open(this.select.value));
    this.minutes = el("small");
    this.stepBar = el("ol", { class: "lessonSteps" });
    this.body = el("div", { class: "lessonBody" });
    this.backward = el("button", { type: "button", class: "pill", text: "Back", onclick: () => this.go(this.step - 1) });
    this.forward = el("button", { type: "button", class: "mainAct", text: "Next", onclick: () => this.go(this.step + 1) });
    const sheet = (text, teacher) => el("button", { type: "button", class: "pill", text, title: "One or two pages to print (HTML)", onclick: () => this.send("lesson_sheet", { teacher }) });
    this.root.append(
      el("div", { class: "cardHead" }, el("h2", { text: "Lesson" }), this.select, this.minutes, el("span", { class: "spring" }), iconButton("close", "Close the lesson", () => this.toggle(false))),
      this.stepBar, this.body,
      el("div", { class: "line lessonFoot" }, this.backward, this.forward, el("span", { class: "spring" }), sheet("Worksheet", false), sheet("Teacher’s sheet", true)));
  }

  send(deed, content = {}) { this.host.send({ do: deed, lesson: this.lesson && this.lesson.name, ...content }); }

  toggle(on = this.root.hidden) {
    this.root.hidden = !on;
    this.button.setAttribute("aria-pressed", on);
    this.button.setAttribute("aria-expanded", on);
    if (!on) return this.button.focus();
    if (!this.lessons.length) this.host.send({ do: "lessons" });
    else this.select.focus();
    this.root.scrollIntoView({ block: "nearest" });
  }

  // -- messages --------------------------------------------------------------------------------

  hear(message) {
    const act = { lessons: () => this.list(message), lesson_part: () => this.part(message), lesson_run: () => this.began(message), lesson_answer: () => this.hearAnswer(message), lesson_patches: () => this.hearPatches(message) }[message.kind];
    if (act) act();
  }

  list({ lessons, steps }) {
    Object.assign(this, { lessons, steps });
    this.select.replaceChildren(...lessons.map((one) => el("option", { value: one.name, text: one.title })));
    this.stepButtons = steps.map((text, i) => el("button", { type: "button", text: `${i + 1} ${text}`, onclick: () => this.go(i) }));
    this.stepBar.replaceChildren(...this.stepButtons.map((b) => el("li", {}, b)));
    if (lessons.length) this.open(lessons[0].name);
    this.select.focus();
  }

  open(name) {
    this.lesson = this.lessons.find((one) => one.name === name);
    this.select.value = name;
    this.minutes.textContent = `${this.lesson.minutes} minutes`;
    this.chosen[name] ??= {};
    this.answers[name] ??= {};
    this.go(0, false);
  }

  go(step, focus = true) {
    this.step = clamp(step, 0, this.steps.length - 1);
    this.wantsFocus = focus;
    this.stepButtons.forEach((b, i) => { if (i === this.step) b.setAttribute("aria-current", "step"); else b.removeAttribute("aria-current"); });
    this.backward.disabled = this.step === 0;
    this.forward.disabled = this.step === this.steps.length - 1;
    this.send("lesson_part", { step: this.steps[this.step] });
  }

  part({ lesson, step, html }) {
    if (!this.lesson || lesson !== this.lesson.name || step !== this.steps[this.step]) return;
    const text = el("div", { class: "lessonText" }), head = el("h3", { text: step, tabindex: -1 });
    text.innerHTML = html; // made by the server from escaped text
    this.body.replaceChildren(head, text, ...this.extras(step));
    if (this.wantsFocus) head.focus({ preventScroll: true });
  }

  extras(step) {
    if (step === "Predict") return [this.questions([true], false)];
    if (step === "Run") return [this.runs()];
    if (step === "Observe") return [this.patchBox(), this.questions([true, false], true)];
    return [];
  }

  runs() {
    this.runNote = el("p", { class: "help", role: "status", text: this.ran[this.lesson.name] || "" });
    const buttons = this.lesson.runs.map((one) => el("button", { type: "button", class: "mainAct", text: one.title, onclick: () => this.send("lesson_run", { run: one.name }) }));
    return el("div", { class: "lessonRuns" }, ...buttons, this.runNote);
  }

  began({ lesson, run }) {
    const found = this.lessons.find((one) => one.name === lesson).runs.find((one) => one.name === run);
    this.ran[lesson] = `“${found.title}” lives ${found.months} months. Pause and step as you like; the charts keep what was.`;
    if (this.runNote && this.lesson.name === lesson) this.runNote.textContent = this.ran[lesson];
  }

  patchBox() {
    this.patchNote = el("span", { role: "status" });
    this.patchButton = el("button", { type: "button", class: "pill", text: "Ask 16 patches", title: "Live this lesson on 16 other patches in the background", onclick: () => this.send("lesson_ask") });
    return el("div", { class: "line lessonNoise" }, el("b", { text: this.lesson.noise }), this.patchNote, el("span", { class: "spring" }), this.patchButton);
  }

  hearPatches({ lesson, asked, words: told }) {
    if (!this.patchNote || !this.lesson || lesson !== this.lesson.name) return;
    this.patchNote.textContent = told;
    this.patchButton.disabled = asked;
  }

  // -- questions -------------------------------------------------------------------------------

  // `reveal`: whether the model answers at once; a prediction is only kept.
  questions(predicted, reveal) {
    const numbered = this.lesson.questions.map((one, i) => [one, i]);
    const shown = predicted.flatMap((wanted) => numbered.filter(([one]) => one.predict === wanted));
    return el("div", { class: "lessonQuestions" }, ...shown.map(([one, i]) => this.question(one, i, reveal)));
  }

  question(one, i, reveal) {
    const name = this.lesson.name, kept = this.chosen[name], group = `lesson-${name}-${i}`;
    const told = el("div", { class: "lessonAnswer", role: "status", hidden: true, "data-question": i });
    const ask = el("button", { type: "button", class: "pill", text: "What does the model say?", disabled: kept[i] === undefined, onclick: () => this.send("lesson_answer", { question: i }) });
    const choices = one.choices.map((text, k) => {
      const input = el("input", { type: "radio", name: group, value: k, checked: kept[i] === k });
      input.addEventListener("change", () => {
        kept[i] = k;
        ask.disabled = false;
        if (!reveal) { told.hidden = false; told.textContent = "Your prediction is kept."; }
      });
      return el("label", { class: "check" }, input, el("span", { text }));
    });
    const legend = el("legend", { text: one.predict && reveal ? `You predicted. ${one.ask}` : one.ask });
    const box = el("fieldset", { class: "lessonQuestion" }, legend, ...choices, reveal ? ask : null, told);
    if (reveal && this.answers[name][i]) this.showAnswer(told, one, i, this.answers[name][i]);
    return box;
  }

  hearAnswer({ lesson, question, right, sure, says, patch }) {
    this.answers[lesson][question] = { right, sure, says, patch };
    const box = this.body.querySelector(`[data-question="${question}"]`);
    if (box && this.lesson.name === lesson) this.showAnswer(box, this.lesson.questions[question], question, this.answers[lesson][question]);
  }

  showAnswer(box, one, i, { right, says, patch }) {
    const mine = this.chosen[this.lesson.name][i];
    const verdict = right === null || right === undefined ? "" : mine === right ? `As the model: “${one.choices[right]}”.` : `The model says otherwise: “${one.choices[right]}”.`;
    box.hidden = false;
    box.replaceChildren(el("b", { text: verdict }), el("p", { text: says }), patch ? el("p", { class: "lessonOwn", text: patch }) : "");
  }
}
