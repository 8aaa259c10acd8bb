// The widget: a page that is kept in touch with its session.

const QUIET_AFTER_MS = 4000;

export function render({ model, el: root }) {
  root.classList.add("bmu");
  root.append(el("p", { class: "opening", text: "The trabecula is being fetched." }));
  const host = new PageHost(root, (message) => model.send(message));
  const hear = (message, buffers) => host.hear(message, buffers || []);
  model.on("msg:custom", hear);
  const link = location.hash.slice(1);
  host.link = link.length > 8 ? link : "";
  const quiet = listenKeys(host);
  const hello = () => model.send({ do: "hello" });
  hello();
  // Whoever was asleep or cut off asks again; whoever hears nothing says so.
  const wake = () => { if (document.visibilityState === "visible") hello(); };
  document.addEventListener("visibilitychange", wake);
  const watch = setInterval(() => {
    const silent = Date.now() - host.heard;
    if (host.state.playing && silent > QUIET_AFTER_MS) {
      host.lost(true);
      hello();
    }
  }, 2000);
  return () => {
    clearInterval(watch);
    quiet();
    document.removeEventListener("visibilitychange", wake);
    model.off("msg:custom", hear);
  };
}
