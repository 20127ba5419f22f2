import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { h, icon, setText } from "./dom.js";
import { Log } from "./log.js";
import { followViewport } from "./viewport.js";

const FOCUSABLE = "button:not([hidden]), a[href], textarea, [tabindex='0']";

/** The chat's window: head, notices, messages, composer; opens and closes. */
export class Panel {
  #options;
  #title = h("h2", { id: "msgr-title", class: "msgr-title" });
  #subtitle = h("p", { class: "msgr-subtitle" });
  #face = h("span", { class: "msgr-face" });
  #notice = h("p", { class: "msgr-notice", hidden: true });
  #lost = h("p", { class: "msgr-lost", role: "status" });
  #waiting = h("div", { class: "msgr-waiting" });
  #phone = false;
  #opener = null;
  #phase = null;
  #faceOf = null;

  /** options: {strings, dates, base, draft, signal, actions, onClose, onSeen} */
  constructor(options) {
    this.#options = options;
    const { strings, signal, actions } = options;
    this.log = new Log(options);
    this.composer = new Composer({
      ...options,
      onSend: actions.send,
      onInput: actions.input,
    });
    const close = h(
      "button",
      { type: "button", class: "msgr-close", "aria-label": strings.close },
      icon("close"),
    );
    close.addEventListener("click", options.onClose);
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
        close,
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

  open() {
    this.#opener = document.activeElement;
    this.element.hidden = false;
    this.composer.fit();
    this.log.toEnd();
    // A phone's keyboard would cover the conversation before it is read.
    const touch = this.#phone && window.matchMedia("(pointer: coarse)").matches;
    (touch ? this.element : this.composer.input).focus({ preventScroll: true });
  }

  /** Focus goes back to where it was, or to `fallback`. */
  close(fallback) {
    const inside = this.element.contains(
      this.element.getRootNode().activeElement,
    );
    this.element.hidden = true;
    if (!inside) return;
    const host = this.element.getRootNode().host;
    const opener = this.#opener;
    const back =
      opener?.isConnected && opener !== host && opener !== document.body
        ? opener
        : fallback;
    back.focus({ preventScroll: true });
  }

  /** state: {phase, problem, settings, assignee, lost, …the log's} */
  render(state) {
    const { strings } = this.#options;
    const { settings, assignee } = state;
    const title = settings.title || strings.title;
    setText(this.#title, title);
    setText(this.#subtitle, subtitle(state, strings));
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
    const opening =
      text && settings.next_opening_at
        ? new Date(settings.next_opening_at)
        : null;
    const when =
      opening && !Number.isNaN(+opening)
        ? strings.opensAt(dates.moment(opening))
        : "";
    this.#notice.hidden = !text;
    setText(this.#notice, [text, when].filter(Boolean).join(" "));
  }

  #renderPhase({ phase, problem }) {
    const key = phase + (problem ?? "");
    if (key === this.#phase) return;
    this.#phase = key;
    this.element.dataset.phase = phase;
    const { strings, actions } = this.#options;
    if (phase === "ready") this.#waiting.replaceChildren();
    else if (phase === "loading")
      this.#waiting.replaceChildren(...skeleton(strings));
    else {
      const again = h(
        "button",
        { type: "button", class: "msgr-button" },
        strings.tryAgain,
      );
      again.addEventListener("click", actions.again);
      const text = h("p", { role: "alert" }, problem || strings.problem);
      this.#waiting.replaceChildren(icon("failed"), text, again);
    }
  }

  #key(event) {
    // The page's own shortcuts must not fire while somebody writes here.
    event.stopPropagation();
    if (event.key === "Escape" && !event.isComposing) this.#options.onClose();
    if (event.key === "Tab" && this.#phone) this.#keepFocus(event);
  }

  /** On a phone the page below can't be seen, so Tab goes round within the panel. */
  #keepFocus(event) {
    const stops = [...this.element.querySelectorAll(FOCUSABLE)].filter(
      (node) => node.getClientRects().length > 0,
    );
    const active = this.element.getRootNode().activeElement;
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (active !== edge && active !== this.element) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
}

function subtitle({ settings, assignee }, strings) {
  if (assignee.name) return assignee.name;
  return notice(settings) ? strings.away : strings.subtitle;
}

function notice(settings) {
  if (settings.offline_mode && settings.offline_message)
    return settings.offline_message;
  return settings.outside_working_hours ? settings.working_hours_message : "";
}

function skeleton(strings) {
  const shapes = ["theirs", "theirs", "mine", "theirs"].map((side) =>
    h("span", { class: `msgr-bone msgr-bone-${side}`, "aria-hidden": "true" }),
  );
  return [
    h("p", { class: "msgr-hidden", role: "status" }, strings.loading),
    ...shapes,
  ];
}
