/**
 * A form's tabs as the tablist that they look like: one stop of the Tab key, arrows between them, the chosen one in
 * the page's address, and after a failed save the first one with an error. For our own tabs and for unfold's two kinds.
 */

const ERROR = ".msgr-tab-errors, .bg-red-500";
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const FIELDSET_TAB = /activeFieldsetTab = '([^']+)'/;

export function mendTabs() {
  for (const root of document.querySelectorAll("[data-msgr-tabs]")) {
    new OwnTabs(root).start();
  }
  for (const root of document.querySelectorAll(
    "[x-data*='activeFieldsetTab']",
  )) {
    new FieldsetTabs(root).start();
  }
  const top = document.getElementById("tabs-items");
  if (top?.querySelector("a[href^='#']")) new TopTabs(top).start();
}

class Tabs {
  constructor(list, tabs) {
    this.list = list;
    this.tabs = tabs;
  }

  start() {
    this.list.setAttribute("role", "tablist");
    for (const tab of this.tabs) this.#prepare(tab);
    this.list.addEventListener("keydown", (event) => this.#press(event));
    this.mark();
    const first = this.#withError() ?? this.#inAddress();
    if (first && !this.isChosen(first)) this.choose(first);
    window.addEventListener("hashchange", () => {
      const named = this.#inAddress();
      if (named && !this.isChosen(named)) this.choose(named);
    });
    const form = this.list.closest("form");
    // A save comes back to the tab where it was pressed.
    form?.addEventListener("submit", () => {
      const { pathname, search, hash } = location;
      form.setAttribute("action", pathname + search + hash);
    });
  }

  /** Says which one is chosen, to those who don't see it. */
  mark() {
    for (const tab of this.tabs) {
      const chosen = this.isChosen(tab);
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  }

  keepInAddress(tab) {
    history.replaceState(history.state, "", `#${this.nameOf(tab)}`);
  }

  #prepare(tab) {
    tab.setAttribute("role", "tab");
    tab.id ||= `msgr-tab-${this.nameOf(tab)}`;
    const panel = this.panelOf(tab);
    if (!panel) return;
    panel.id ||= `msgr-panel-${this.nameOf(tab)}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.setAttribute("aria-controls", panel.id);
  }

  #withError() {
    const wrong = this.tabs.filter((tab) => tab.querySelector(ERROR));
    return wrong.some((tab) => this.isChosen(tab)) ? undefined : wrong[0];
  }

  #inAddress() {
    if (this.tabs.some((tab) => tab.querySelector(ERROR))) return undefined;
    const name = decodeURIComponent(location.hash.slice(1));
    return this.tabs.find((tab) => name && this.nameOf(tab) === name);
  }

  #press(event) {
    const at = this.tabs.indexOf(event.target.closest("[role=tab]"));
    const next = this.#next(event.key, at);
    if (at < 0 || !next) return;
    event.preventDefault();
    this.choose(next);
    next.focus();
  }

  #next(key, at) {
    if (key === " " || key === "Enter") return this.tabs[at];
    if (key === "Home") return this.tabs.at(0);
    if (key === "End") return this.tabs.at(-1);
    if (!(key in STEPS)) return undefined;
    return this.tabs.at((at + STEPS[key]) % this.tabs.length);
  }
}

/** Ours, with everything in place from the server. */
class OwnTabs extends Tabs {
  constructor(root) {
    const list = root.querySelector("[role=tablist]");
    super(list, [...list.querySelectorAll("[role=tab]")]);
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (!tab || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.choose(tab);
    });
  }

  nameOf(tab) {
    return tab.hash.slice(1);
  }

  panelOf(tab) {
    return document.getElementById(tab.getAttribute("aria-controls"));
  }

  isChosen(tab) {
    return !this.panelOf(tab).hidden;
  }

  choose(chosen) {
    for (const tab of this.tabs) this.panelOf(tab).hidden = tab !== chosen;
    this.mark();
    this.keepInAddress(chosen);
    chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.list.dispatchEvent(
      new CustomEvent("msgr:tab", {
        bubbles: true,
        detail: this.nameOf(chosen),
      }),
    );
  }
}

/** unfold's: Alpine shows the panel at a click, and gives the tab its class. */
class UnfoldTabs extends Tabs {
  start() {
    super.start();
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.keepInAddress(tab));
    }
    const changes = { attributeFilter: ["class"], subtree: true };
    new MutationObserver(() => this.mark()).observe(this.list, changes);
  }

  isChosen(tab) {
    return tab.classList.contains("active");
  }

  choose(tab) {
    tab.click();
  }
}

class FieldsetTabs extends UnfoldTabs {
  #panels;

  constructor(root) {
    const list = root.querySelector("nav");
    super(list, [...list.querySelectorAll("a")]);
    this.#panels = [...root.querySelectorAll(":scope > .tab-wrapper")];
  }

  nameOf(tab) {
    return FIELDSET_TAB.exec(tab.getAttribute("x-on:click"))?.[1] ?? "";
  }

  panelOf(tab) {
    return this.#panels[this.tabs.indexOf(tab)];
  }
}

class TopTabs extends UnfoldTabs {
  constructor(list) {
    super(list, [...list.querySelectorAll("a[href^='#']")]);
  }

  nameOf(tab) {
    return tab.hash.slice(1);
  }

  panelOf(tab) {
    return document.getElementById(`${this.nameOf(tab)}-group`);
  }
}
