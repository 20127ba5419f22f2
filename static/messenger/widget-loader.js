/*
 * One tag that brings in the widget later: at the first scroll or after N seconds,
 * whichever is first; with neither attribute at once.
 */
(() => {
  // A module has no current script.
  const script =
    document.currentScript ??
    document.querySelector(
      'script[data-widget-token][src*="/widget-loader.js"]',
    );
  if (!script?.dataset.widgetToken) {
    console.warn("Messenger: data-widget-token is missing");
    return;
  }
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
    // Its attributes are read from this tag, which the page may have taken away since.
    if (!script.isConnected) document.head.append(script);
    // No script element: Trusted Types forbid to give it an address. The hash is for
    // a page that shuts the chat down and starts it again: a module runs only once.
    const { href } = new URL(`widget.js#${Date.now()}`, script.src);
    import(href).catch(console.warn);
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
