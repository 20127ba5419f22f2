import { h, onSubmit, setText } from "./dom.js";
import { requestError } from "./http.js";

const MAX_LENGTH = 2_000;
const COUNT_FROM = 1_800;

/** A scale, and once something is chosen on it, room for words. */
export class RatingForm {
  #options;
  #comment;
  #counter = h("p", { class: "msgr-counter", role: "status" });
  #problem = h("p", { class: "msgr-error", role: "alert" });
  #words;
  #submit;
  #busy = false;

  constructor(options) {
    this.#options = options;
    const { scale, strings } = options;
    this.#comment = h("textarea", {
      class: "msgr-text-input",
      rows: "3",
      "aria-label": strings.comment,
      placeholder: strings.comment,
    });
    this.#words = h(
      "div",
      { class: "msgr-entry", hidden: true },
      this.#comment,
      this.#counter,
    );
    this.element = h(
      "form",
      { class: "msgr-form", novalidate: true },
      scale,
      this.#words,
      this.#problem,
      this.#buttons(),
    );
    this.#listen();
  }

  #buttons() {
    const { onLater, strings } = this.#options;
    this.#submit = h(
      "button",
      { class: "msgr-button", hidden: true },
      strings.send,
    );
    const later = h(
      "button",
      { type: "button", class: "msgr-quiet" },
      strings.later,
    );
    later.addEventListener("click", onLater);
    return h("div", { class: "msgr-actions" }, this.#submit, later);
  }

  #listen() {
    this.#comment.addEventListener("input", () => this.#count());
    this.element.addEventListener("change", () => {
      this.#words.hidden = false;
      this.#submit.hidden = false;
    });
    onSubmit(this.#submit, () => {
      const chosen = this.element.querySelector(":checked");
      if (this.#busy || !chosen) return;
      if (this.#length > MAX_LENGTH) this.#comment.focus();
      else this.#send(Number(chosen.value));
    });
  }

  get #length() {
    return [...this.#comment.value.trim()].length;
  }

  #count() {
    const { strings } = this.#options;
    const over = this.#length - MAX_LENGTH;
    const near = this.#length >= COUNT_FROM;
    this.#counter.classList.toggle("msgr-over", over > 0);
    this.#comment.setAttribute("aria-invalid", String(over > 0));
    setText(
      this.#counter,
      near ? (over > 0 ? strings.tooLong(over) : strings.left(-over)) : "",
    );
  }

  async #send(score) {
    const { actions, onDone, strings } = this.#options;
    const comment = this.#comment.value.trim();
    this.#busy = true;
    setText(this.#problem, "");
    try {
      await actions.post("rate/", { score, comment });
      onDone();
    } catch (error) {
      const { code, detail } = requestError(error);
      if (code === "already_rated") onDone();
      else setText(this.#problem, detail || strings.notTaken);
    } finally {
      this.#busy = false;
    }
  }
}
