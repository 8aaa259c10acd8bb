// Keyboard for every function; nothing happens while somebody types or a dialog is open.

export function listenKeys(host) {
  const acts = {
    " ": () => host.play(), ArrowRight: (e) => host.step(e.shiftKey ? 30 : 1), ".": () => host.step(1),
    ArrowLeft: () => host.back(), ",": () => host.back(), r: () => host.send({ do: "reset" }), n: () => host.send({ do: "new_seed" }), z: () => host.send({ do: "undo" }),
    a: () => addTreatment(host), p: () => parameters(host), l: () => layers(host), c: () => chooseCharts(host), s: () => host.nextStain(), 2: () => host.twoArms(),
    t: () => host.switchTheme(), g: () => host.follow(), e: () => host.lessons?.toggle(), x: () => takeAway(host), u: () => host.send({ do: "link" }), b: () => host.send({ do: "crowd", on: !host.crowdOn }), f: () => host.faster(1.5), d: () => host.faster(1 / 1.5), "?": () => help(host), Escape: () => host.letGo(),
  };
  const listener = (e) => {
    if (!host.root.isConnected) return document.removeEventListener("keydown", listener);
    if (e.ctrlKey || e.metaKey || e.altKey || !host.offers || host.root.querySelector("dialog[open]")) return;
    const tag = e.target.tagName;
    const typing = tag === "INPUT" || tag === "SELECT" || tag === "TEXTAREA";
    if (typing && !(e.target.type === "range" && e.key === " ")) return;
    if (e.key === " " && (tag === "BUTTON" || tag === "SUMMARY")) return;
    const act = acts[e.key.length === 1 ? e.key.toLowerCase() : e.key];
    if (!act) return;
    e.preventDefault();
    act(e);
  };
  document.addEventListener("keydown", listener);
  return () => document.removeEventListener("keydown", listener);
}
