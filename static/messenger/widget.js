/*
 * The launcher, and all that a page pays for until somebody opens the chat: no
 * request, no storage. The panel's modules come by import() at the first opening.
 */
(() => {
  const script =
    document.currentScript ??
    document.querySelector("script[data-widget-token][src]");
  const before = window.Messenger;
  if (!script || typeof before?.shutdown === "function") return;
  const { dataset } = script;
  const token = dataset.widgetToken;
  if (!token) {
    console.warn("Messenger: data-widget-token is missing");
    return;
  }

  const base = new URL("./", script.src).href;
  const nonce = dataset.nonce ?? script.nonce;
  const language =
    dataset.locale || document.documentElement.lang || navigator.language || "";
  const locale = /^ru\b/i.test(language) ? "ru" : "en";
  const words =
    locale === "ru"
      ? ["Открыть чат", "Чат не загрузился. Попробуйте ещё раз"]
      : ["Open chat", "The chat did not load. Try again"];
  const life = new AbortController();
  const { signal } = life;
  const handlers = new Map();
  let app = null;
  let loading = null;
  let wanted = false;

  const make = (tag, attributes) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      node.setAttribute(name, value);
    }
    return node;
  };
  const host = make("div", {
    "data-messenger": "",
    popover: "manual",
    "data-position": dataset.position === "left" ? "left" : "right",
  });
  const root = host.attachShadow({ mode: "open" });
  const launcher = make("button", {
    type: "button",
    class: "msgr-launcher",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    "aria-label": words[0],
  });

  const addStyle = (file) => {
    const link = make("link", { rel: "stylesheet", href: base + file });
    if (nonce) link.nonce = nonce;
    const loaded = new Promise((resolve, reject) => {
      link.addEventListener("load", resolve);
      link.addEventListener("error", () => {
        link.remove();
        reject(new Error(`${file} did not load`));
      });
    });
    root.append(link);
    return loaded;
  };
  const show = ({ color, ink, position } = {}) => {
    if (color && ink) {
      host.style.setProperty("--msgr-accent", color);
      host.style.setProperty("--msgr-ink", ink);
    }
    if (position && !dataset.position) host.dataset.position = position;
  };
  const emit = (event, detail) => {
    for (const handler of handlers.get(event) ?? []) {
      try {
        handler(detail);
      } catch (error) {
        console.error(error);
      }
    }
  };

  // The top layer: above every z-index, and out of reach of what transforms the page.
  const rise = () => launcher.isConnected && host.togglePopover?.(true);
  // The page's own work comes first: to look into its storage alone takes milliseconds.
  const enter = (resolve) => {
    const wait = window.requestIdleCallback ?? setTimeout;
    const action = () => {
      if (!signal.aborted) {
        comeBack();
        root.prepend(launcher);
        rise();
      }
      resolve();
    };
    wait(action, { timeout: 1_000 });
  };

  let appeared = null;
  const appear = () => {
    appeared ??= addStyle("widget.css")
      .then(() => new Promise(enter))
      .catch((error) => {
        appeared = null;
        throw error;
      });
    return appeared;
  };

  let preloaded = null;
  const preload = () => {
    preloaded ??= Promise.all([
      // Absolute: a script of another origin has no base for relative ones.
      import(`${base}widget/app.js`),
      ...["panel", "messages", "composer"].map((name) =>
        addStyle(`widget/${name}.css`),
      ),
    ]).catch((error) => {
      preloaded = null;
      throw error;
    });
    return preloaded;
  };
  const person = {
    id: dataset.userId,
    hash: dataset.userHash,
    name: dataset.userName,
    email: dataset.userEmail,
  };
  const start = async () => {
    const [[{ createApp }]] = await Promise.all([preload(), appear()]);
    if (signal.aborted) return null;
    app = await createApp({
      addStyle,
      base,
      emit,
      host,
      launcher,
      locale,
      person,
      root,
      show,
      signal,
      token,
    });
    return app;
  };
  const load = () => {
    loading ??= start().catch((error) => {
      loading = null;
      if (!signal.aborted) {
        console.warn("Messenger:", error);
        launcher.title = words[1];
      }
      return null;
    });
    return loading;
  };

  const open = () => {
    if (signal.aborted) return;
    wanted = true;
    launcher.setAttribute("aria-busy", "true");
    load().then((loaded) => {
      launcher.removeAttribute("aria-busy");
      if (wanted) loaded?.open();
    });
  };
  const close = () => {
    wanted = false;
    app?.close();
  };
  const toggle = () => (wanted ? close : open)();
  const identify = (details) => {
    Object.assign(person, details);
    app?.identify();
  };
  const on = (event, handler) => {
    if (typeof handler !== "function") return () => {};
    if (!handlers.has(event)) handlers.set(event, new Set());
    handlers.get(event).add(handler);
    return () => handlers.get(event)?.delete(handler);
  };
  const shutdown = () => {
    life.abort();
    guard.disconnect();
    // A page's old library may have a remove() that takes only what has a parent.
    if (host.isConnected) host.remove();
    handlers.clear();
    if (window.Messenger !== api) return;
    delete window.Messenger;
    if (before !== undefined && !(before instanceof Node)) {
      window.Messenger = before;
    }
  };
  const api = Object.freeze({ open, close, toggle, identify, on, shutdown });

  const comeBack = () => {
    let saved = null;
    try {
      saved = JSON.parse(localStorage.getItem(`messenger:${token}`));
    } catch {
      // Storage is closed to us: then there is no conversation to come back to.
    }
    if (!saved) return;
    show(saved.look);
    if (saved.running) load();
  };
  // What draws a page anew, or clears it of what it does not know, takes the host away.
  let returns = 5;
  const guard = new MutationObserver(() => {
    if (host.isConnected || returns === 0) return;
    returns -= 1;
    attach();
  });
  const attach = () => {
    // Beside <body>, so that a page that swaps its body keeps the chat.
    document.documentElement.append(host);
    for (const node of [document, document.documentElement]) {
      guard.observe(node, { childList: true });
    }
  };
  const mount = () => {
    attach();
    appear().catch(console.warn);
  };

  window.Messenger = api;
  // What comes back after it was taken away has to rise again.
  root.addEventListener("load", rise, { capture: true, signal });
  on("close", () => {
    wanted = false;
  });
  launcher.addEventListener("click", toggle, { signal });
  for (const event of ["pointerenter", "focus", "touchstart"]) {
    launcher.addEventListener(event, () => preload().catch(() => {}), {
      once: true,
      passive: true,
      signal,
    });
  }
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", mount, {
      once: true,
      signal,
    });
  } else {
    mount();
  }
})();
