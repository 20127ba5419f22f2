/** The field for answers: grows, counts, keeps its draft, and hands what was written to the outbox. */

import { Outbox } from "./outbox.js";
import { recall, remember } from "./storage.js";

const DRAFT_DEBOUNCE_MS = 250;
const COUNTER_FROM = 0.8;

export class Composer {
  #form = document.getElementById("msgr-composer");
  #field = document.getElementById("msgr-composer-field");
  #counter = document.getElementById("msgr-counter");
  #maxLength;
  #draftKey;
  #draftTimer = 0;
  #outbox;

  constructor({ root, timeline }) {
    const { conversation, user, maxLength } = root.dataset;
    this.body = document.getElementById("msgr-body");
    this.#maxLength = Number(maxLength);
    this.#draftKey = `draft:${user}:${conversation}`;
    if (!this.#form) return;
    this.#outbox = new Outbox({
      key: `outbox:${user}:${conversation}`,
      url: this.#form.action,
      timeline,
      onReturned: (text) => this.#takeBack(text),
    });
  }

  /** Without the permission to answer there is no form. */
  start() {
    if (!this.#form) return;
    this.#write(this.body.value || recall(this.#draftKey) || "");
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.body.addEventListener("input", () => this.#onInput());
    this.body.addEventListener("keydown", (event) => this.#onKey(event));
    this.#outbox.start();
    if (matchMedia("(pointer: fine)").matches) this.body.focus();
  }

  setEnabled(canReply) {
    if (this.#field) this.#field.disabled = !canReply;
  }

  wake() {
    this.#outbox?.wake();
  }

  #onSubmit(event) {
    event.preventDefault();
    const text = this.body.value.trim();
    if (!text || length(text) > this.#maxLength) {
      this.body.focus();
      return;
    }
    this.#write("");
    remember(this.#draftKey, null);
    clearTimeout(this.#draftTimer);
    this.#outbox.send(text);
    this.body.focus();
  }

  #onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#form.requestSubmit();
    }
  }

  #onInput() {
    this.#show();
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(
      () => remember(this.#draftKey, this.body.value || null),
      DRAFT_DEBOUNCE_MS,
    );
  }

  /** A message that could not be sent comes back above what was written since. */
  #takeBack(text) {
    const since = this.body.value.trim();
    this.#write(since ? `${text}\n${since}` : text);
    remember(this.#draftKey, this.body.value);
    this.body.focus();
  }

  #write(text) {
    this.body.value = text;
    this.#show();
  }

  #show() {
    const used = length(this.body.value.trim());
    const shown = used >= this.#maxLength * COUNTER_FROM;
    this.#counter.textContent = shown ? `${used} / ${this.#maxLength}` : "";
    this.#counter.classList.toggle("msgr-over", used > this.#maxLength);
    this.body.toggleAttribute("aria-invalid", used > this.#maxLength);
    this.body.style.height = "auto";
    this.body.style.height = `${this.body.scrollHeight + 2}px`;
  }
}

/** As the server counts: in characters, not in UTF-16 units. */
function length(text) {
  return [...text].length;
}
