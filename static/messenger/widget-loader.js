/*
 * One tag that brings in the widget later: at the first scroll or after N seconds,
 * whichever is first; with neither attribute at once.
 */
(() => {
  const script = document.currentScript;
  if (!script?.dataset.widgetToken) return;
  const { loadAfter, loadOnScroll } = script.dataset;
  const waiting = new AbortController();
  // parseFloat of a missing or empty attribute is NaN, and a timer takes NaN as 0.
  const seconds = Number.parseFloat(loadAfter);
  const timed = Number.isFinite(seconds) && seconds >= 0;
  const scrolled =
    loadOnScroll !== undefined && !/^(0|false|no)$/i.test(loadOnScroll);
  let timer;

  const load = () => {
    clearTimeout(timer);
    if (waiting.signal.aborted) return;
    waiting.abort();
    if (typeof window.Messenger?.shutdown === "function") return;
    const widget = document.createElement("script");
    widget.src = new URL("widget.js", script.src).href;
    Object.assign(widget.dataset, script.dataset);
    const nonce = script.dataset.nonce || script.nonce;
    if (nonce) widget.nonce = nonce;
    document.head.append(widget);
  };

  if (scrolled) {
    window.addEventListener("scroll", load, {
      capture: true,
      once: true,
      passive: true,
      signal: waiting.signal,
    });
  }
  if (timed) timer = setTimeout(load, seconds * 1000);
  else if (!scrolled) load();
})();
