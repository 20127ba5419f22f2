import { avatar } from "./bubble.js";
import { h, setText } from "./dom.js";

// Longer greetings are a text, not a headline.
const HEADLINE_LENGTH = 90;

/** The top of the conversation: a welcome while it is empty, then the first bubble. */
export class Intro {
  #options;
  #face = h("div", { class: "msgr-welcome-face" });
  #greeting = h("p", { class: "msgr-greeting" });
  #hint;
  #faceOf = null;

  constructor(options) {
    this.#options = options;
    this.#hint = h("p", { class: "msgr-hint" }, options.strings.hint);
    this.element = h(
      "div",
      { class: "msgr-intro" },
      this.#face,
      this.#greeting,
      this.#hint,
    );
  }

  render({ settings, messages, entries }, away) {
    const { strings } = this.#options;
    const { greeting = "", title } = settings;
    const empty = messages.length + entries.length === 0;
    const { classList } = this.element;
    classList.toggle("msgr-welcome", empty);
    classList.toggle("msgr-headline", greeting.length < HEADLINE_LENGTH);
    this.#greeting.hidden = !greeting && !empty;
    setText(this.#greeting, greeting || strings.greeting);
    this.#hint.hidden = away;
    this.#renderFace(title || strings.title);
  }

  #renderFace(name) {
    if (name === this.#faceOf) return;
    this.#faceOf = name;
    const { base } = this.#options;
    this.#face.replaceChildren(avatar(name, null, base));
  }
}
