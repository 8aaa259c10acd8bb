// The widget: a page that is kept in touch with its session.

const QUIET_AFTER_MS = 4000;

// What a page needs to be read aloud and enlarged, where the frame around it leaves it out.
function makeReadable() {
  document.documentElement.lang ||= "en";
  const view = document.querySelector("meta[name=viewport]");
  if (view && /user-scalable|maximum-scale|minimum-scale/.test(view.content)) view.content = "width=device-width, initial-scale=1";
}

export function render({ model, el: root }) {
  root.classList.add("bmu");
  makeReadable();
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
