import { Composer } from "./composer.js";
import { h, icon, setText } from "./dom.js";
import { Features } from "./features.js";
import { Header } from "./header.js";
import { Log } from "./log.js";
import { asksFirst, isAway } from "./settings.js";

const PHONE = "(max-width: 480px), (max-height: 420px) and (pointer: coarse)";
const STOPS = "a[href], button, input, textarea, [tabindex='0']";

export class Panel {
  #options;
  #header;
  #lost = h("p", { class: "msgr-lost", role: "status" });
  #waiting = h("div", { class: "msgr-waiting" });
  #foot;
  #form = null;
  #features;
  #phone = false;
  #opener = null;
  #opening = 0;
  #phase = null;

  constructor(options) {
    this.#options = options;
    const { signal, actions } = options;
    this.log = new Log(options);
    this.composer = new Composer({
      ...options,
      onSend: actions.send,
      onInput: actions.input,
    });
    this.#header = new Header(options);
    this.#foot = h("div", { class: "msgr-foot" }, this.composer.element);
    this.#features = new Features({ ...options, panel: this });
    this.element = h(
      "section",
      {
        id: "msgr-panel",
        class: "msgr-panel",
        role: "dialog",
        "aria-labelledby": "msgr-title",
        tabindex: "-1",
        hidden: true,
      },
      this.#header.element,
      this.#lost,
      this.log.element,
      this.#waiting,
      this.#foot,
    );
    this.element.addEventListener("keydown", (event) => this.#key(event));
    followViewport(this.element, {
      signal,
      onChange: (phone) => {
        this.#phone = phone;
        this.element.toggleAttribute("data-phone", phone);
        if (phone) this.element.setAttribute("aria-modal", "true");
        else this.element.removeAttribute("aria-modal");
      },
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  get #root() {
    return this.element.getRootNode();
  }

  open() {
    this.#opener = document.activeElement;
    this.element.hidden = false;
    this.#opening += 1;
    this.composer.fit();
    this.log.opened();
    this.focusWriting();
  }

  /** Focus goes back to where it was in the page, or to the launcher. */
  close(launcher) {
    const inside = this.element.contains(this.#root.activeElement);
    const from = this.#opener;
    const ours = [this.#root.host, document.body, null].includes(from);
    this.element.hidden = true;
    if (!inside) return;
    (ours || !from.isConnected ? launcher : from).focus({
      preventScroll: true,
    });
  }

  /** A button of its own for the header: named, and made to look like the others. */
  addTool(button) {
    this.#header.addTool(button);
  }

  addBanner(element) {
    this.#lost.before(element);
  }

  /** In the composer's place; null gives it back. Focus stays where one writes. */
  setForm(form) {
    this.#keepWriting(() => {
      this.#form?.remove();
      this.#form = form;
      this.#foot.append(form ?? "");
    });
  }

  /** Where the next thing is to be written. */
  focusWriting() {
    // A phone's keyboard would cover the conversation before it is read.
    const touch = this.#phone && window.matchMedia("(pointer: coarse)").matches;
    const writing = this.composer.element.hidden
      ? this.#form?.querySelector("input")
      : this.composer.input;
    const target = touch ? null : writing;
    (target ?? this.element).focus({ preventScroll: true });
  }

  render(state) {
    const { strings } = this.#options;
    const away = isAway(state.settings);
    this.#header.render(state, away);
    setText(
      this.#lost,
      state.lost && state.phase === "ready" ? strings.lost : "",
    );
    this.#renderPhase(state);
    this.#renderFoot(asksFirst(state));
    this.log.render(state, away);
    this.#features.render({ ...state, opening: this.#opening });
  }

  #renderFoot(asking) {
    const { element } = this.composer;
    if (element.hidden === asking) return;
    this.#keepWriting(() => {
      element.hidden = asking;
    });
  }

  #keepWriting(change) {
    const { activeElement } = this.#root;
    // The panel itself has it while a form is on its way.
    const writing =
      activeElement === this.element || this.#foot.contains(activeElement);
    change();
    if (writing) this.focusWriting();
  }

  #renderPhase({ phase, problem }) {
    const key = phase + problem;
    if (key === this.#phase) return;
    this.#phase = key;
    this.element.dataset.phase = phase;
    const { strings } = this.#options;
    const content = {
      loading: () => skeleton(strings),
      problem: () => this.#problem(problem || strings.problem),
      ready: () => [],
    };
    this.#waiting.replaceChildren(...content[phase]());
  }

  #problem(text) {
    const { actions, strings } = this.#options;
    const button = { type: "button", class: "msgr-button" };
    const again = h("button", button, strings.tryAgain);
    again.addEventListener("click", actions.again);
    return [icon("failed"), h("p", { role: "alert" }, text), again];
  }

  #key(event) {
    // The page's own shortcuts must not fire while somebody writes here.
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing) this.#options.onClose();
    if (event.key === "Tab" && this.#phone) this.#keepFocus(event);
  }

  /** On a phone the page below can't be seen, so Tab goes round within the panel. */
  #keepFocus(event) {
    const stops = [...this.element.querySelectorAll(STOPS)].filter(
      (one) => one.tabIndex >= 0 && one.getClientRects().length,
    );
    const ends = [stops.at(0), stops.at(-1)];
    const [to, from] = event.shiftKey ? ends.reverse() : ends;
    const { activeElement } = this.#root;
    if (activeElement !== from && activeElement !== this.element) return;
    event.preventDefault();
    to.focus();
  }
}

function skeleton({ loading }) {
  const bones = [1, 2, 3, 4].map(() => h("span", { class: "msgr-bone" }));
  return [h("p", { class: "msgr-hidden", role: "status" }, loading), ...bones];
}

/** On a phone the panel fits what is visible: a keyboard shrinks only that. */
function followViewport(element, { signal, onChange }) {
  const phone = window.matchMedia(PHONE);
  const visual = window.visualViewport;
  const fit = () => {
    element.style.setProperty("--msgr-height", `${visual.height}px`);
    element.style.setProperty("--msgr-top", `${visual.offsetTop}px`);
  };
  const turn = () => onChange(phone.matches);
  phone.addEventListener("change", turn, { signal });
  turn();
  if (!visual) return;
  for (const event of ["resize", "scroll"]) {
    visual.addEventListener(event, fit, { signal });
  }
  fit();
}
