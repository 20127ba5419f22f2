/** The field for answers: grows, counts, keeps its draft, and hands what was written to the outbox. */

import { FileRules } from "./file-rules.js";
import { Outbox } from "./outbox.js";
import { Picking } from "./picking.js";
import { recall, remember } from "./storage.js";
import { Tray } from "./tray.js";

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
  #rules;
  #tray;

  constructor({ root, timeline }) {
    const { conversation, user, maxLength } = root.dataset;
    this.body = document.getElementById("msgr-body");
    this.#maxLength = Number(maxLength);
    this.#draftKey = `draft:${user}:${conversation}`;
    if (!this.#form) return;
    this.#rules = new FileRules(this.#field.dataset);
    this.#outbox = new Outbox({
      key: `outbox:${user}:${conversation}`,
      url: this.#form.action,
      timeline,
      onReturned: (text, files) => this.#takeBack(text, files),
    });
    this.#tray = new Tray({
      rules: this.#rules,
      key: this.#draftKey,
      onEmptied: () => this.body.focus(),
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
    this.#tray.start();
    if (this.#rules.allowsAny) this.#startPicking();
    if (matchMedia("(pointer: fine)").matches) this.body.focus();
  }

  setEnabled(canReply) {
    if (this.#field) this.#field.disabled = !canReply;
  }

  wake() {
    this.#outbox?.wake();
  }

  #startPicking() {
    const picking = new Picking({
      field: this.#field,
      onPicked: (files) => {
        this.#tray.add(files);
        this.body.focus();
      },
    });
    picking.start(this.body);
  }

  #onSubmit(event) {
    event.preventDefault();
    const text = this.body.value.trim();
    const isEmpty = !text && this.#tray.count === 0;
    if (isEmpty || length(text) > this.#maxLength) {
      this.body.focus();
      return;
    }
    this.#write("");
    remember(this.#draftKey, null);
    clearTimeout(this.#draftTimer);
    this.#outbox.send(text, this.#tray.take());
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
  #takeBack(text, files) {
    const since = this.body.value.trim();
    this.#write([text, since].filter(Boolean).join("\n"));
    remember(this.#draftKey, this.body.value || null);
    this.#tray.add(files);
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
