import { avatar } from "./bubble.js";
import { h, icon, setText } from "./dom.js";

export class Header {
  #options;
  #title = h("h2", { id: "msgr-title", class: "msgr-title" });
  #subtitle = h("p", { class: "msgr-subtitle" });
  #face = h("span", { class: "msgr-face" });
  #tools;
  #faceOf = null;

  constructor(options) {
    this.#options = options;
    const close = h(
      "button",
      {
        type: "button",
        class: "msgr-tool msgr-close",
        "aria-label": options.strings.close,
      },
      icon("close"),
    );
    close.addEventListener("click", options.onClose);
    this.#tools = h("div", { class: "msgr-tools" }, close);
    this.element = h(
      "header",
      { class: "msgr-header" },
      this.#face,
      h("div", { class: "msgr-heading" }, this.#title, this.#subtitle),
      this.#tools,
    );
  }

  /** Stands before the closing button, which keeps its place. */
  addTool(button) {
    button.classList.add("msgr-tool");
    this.#tools.lastChild.before(button);
  }

  render({ settings, assignee }, away) {
    const { strings } = this.#options;
    const title = settings.title || strings.title;
    const { name } = assignee;
    setText(this.#title, title);
    setText(
      this.#subtitle,
      away ? strings.away : name ? strings.answers(name) : strings.subtitle,
    );
    this.#face.dataset.presence = away ? "away" : name ? "here" : "unknown";
    this.#renderFace(name || title, assignee.avatar);
  }

  #renderFace(name, picture) {
    const of = JSON.stringify([name, picture]);
    if (of === this.#faceOf) return;
    this.#faceOf = of;
    this.#face.replaceChildren(avatar(name, picture, this.#options.base));
  }
}
