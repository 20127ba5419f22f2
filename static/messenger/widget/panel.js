import { avatar } from "./bubble.js";
import { Composer } from "./composer.js";
import { h, icon, setText } from "./dom.js";
import { Log } from "./log.js";

const PHONE = "(max-width: 480px), (max-height: 420px) and (pointer: coarse)";

export class Panel {
  #options;
  #title = h("h2", { id: "msgr-title", class: "msgr-title" });
  #subtitle = h("p", { class: "msgr-subtitle" });
  #face = h("span", { class: "msgr-face" });
  #notice = h("p", { class: "msgr-notice", hidden: true });
  #lost = h("p", { class: "msgr-lost", role: "status" });
  #waiting = h("div", { class: "msgr-waiting" });
  #close;
  #phone = false;
  #opener = null;
  #phase = null;
  #faceOf = null;

  constructor(options) {
    this.#options = options;
    const { strings, signal, actions } = options;
    this.log = new Log(options);
    this.composer = new Composer({
      ...options,
      onSend: actions.send,
      onInput: actions.input,
    });
    this.#close = h(
      "button",
      { type: "button", class: "msgr-close", "aria-label": strings.close },
      icon("close"),
    );
    this.#close.addEventListener("click", options.onClose);
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
      h(
        "header",
        { class: "msgr-header" },
        this.#face,
        h("div", { class: "msgr-heading" }, this.#title, this.#subtitle),
        this.#close,
      ),
      this.#notice,
      this.#lost,
      this.log.element,
      this.#waiting,
      this.composer.element,
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
    this.composer.fit();
    this.log.toEnd();
    // A phone's keyboard would cover the conversation before it is read.
    const touch = this.#phone && window.matchMedia("(pointer: coarse)").matches;
    (touch ? this.element : this.composer.input).focus({ preventScroll: true });
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

  render(state) {
    const { strings } = this.#options;
    const { settings, assignee } = state;
    const title = settings.title || strings.title;
    setText(this.#title, title);
    setText(
      this.#subtitle,
      assignee.name || (notice(settings) ? strings.away : strings.subtitle),
    );
    this.#renderFace(assignee.name || title, assignee.avatar);
    this.#renderNotice(settings);
    setText(
      this.#lost,
      state.lost && state.phase === "ready" ? strings.lost : "",
    );
    this.#renderPhase(state);
    this.log.render(state);
  }

  #renderFace(name, picture) {
    const of = JSON.stringify([name, picture]);
    if (of === this.#faceOf) return;
    this.#faceOf = of;
    this.#face.replaceChildren(avatar(name, picture, this.#options.base));
  }

  #renderNotice(settings) {
    const { dates, strings } = this.#options;
    const text = notice(settings);
    const { next_opening_at: opening } = settings;
    const when =
      opening && strings.opensAt(dates.format("moment", new Date(opening)));
    this.#notice.hidden = !text;
    setText(this.#notice, [text, when].filter(Boolean).join(" "));
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
    const ends = [this.#close, this.composer.send];
    const [to, from] = event.shiftKey ? ends.reverse() : ends;
    const { activeElement } = this.#root;
    if (activeElement !== from && activeElement !== this.element) return;
    event.preventDefault();
    to.focus();
  }
}

function notice(settings) {
  if (settings.offline_mode) return settings.offline_message;
  return settings.outside_working_hours ? settings.working_hours_message : "";
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
