/** The field for answers and notes: grows, counts, keeps its drafts, and hands what was written to the outbox. */

import { Drafts } from "./drafts.js";
import { FileRules } from "./file-rules.js";
import { Kinds } from "./kinds.js";
import { Outbox } from "./outbox.js";
import { Picking } from "./picking.js";
import { Tray } from "./tray.js";

const COUNTER_FROM = 0.8;

export class Composer {
  #form = document.getElementById("msgr-composer");
  #field = document.getElementById("msgr-composer-field");
  #counter = document.getElementById("msgr-counter");
  #maxLength;
  #drafts;
  #outbox;
  #rules;
  #tray;
  #shown = "answer";
  #canReply;

  constructor({ root, timeline }) {
    const { conversation, user, maxLength } = root.dataset;
    this.body = document.getElementById("msgr-body");
    this.#maxLength = Number(maxLength);
    this.#drafts = new Drafts(`draft:${user}:${conversation}`);
    if (!this.#form) return;
    this.kinds = new Kinds();
    this.#canReply = !this.#field.disabled;
    this.#rules = new FileRules(this.#field.dataset);
    this.#outbox = new Outbox({
      key: `outbox:${user}:${conversation}`,
      url: this.#form.action,
      timeline,
      onReturned: (item) => this.#takeBack(item),
    });
    this.#tray = new Tray({
      rules: this.#rules,
      key: this.#drafts.keyOf("answer"),
      onEmptied: () => this.body.focus(),
    });
  }

  /** Without the permission to answer there is no form. */
  start() {
    if (!this.#form) return;
    this.#write(this.body.value || this.#drafts.get("answer"));
    this.kinds.markDraft("note", this.#drafts.get("note") !== "");
    this.kinds.start();
    this.kinds.addEventListener("change", () => this.#switch());
    this.#form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.body.addEventListener("input", () => this.#onInput());
    this.body.addEventListener("keydown", (event) => this.#onKey(event));
    this.#outbox.start();
    this.#tray.start();
    if (this.#rules.allowsAny) this.#startPicking();
    this.#switch();
    if (matchMedia("(pointer: fine)").matches) this.body.focus();
  }

  /** Notes are written in closed conversations, too. */
  setEnabled(canReply) {
    if (!this.#form) return;
    this.#canReply = canReply;
    this.#field.disabled = !canReply && !this.kinds.isNote;
  }

  /** Only answers are announced to the client. */
  get isForClient() {
    return !this.kinds.isNote;
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

  /** Each kind has a text and files of its own: what was meant for colleagues doesn't slip into an answer. */
  #switch() {
    const kind = this.kinds.current;
    this.setEnabled(this.#canReply);
    if (kind === this.#shown) return;
    this.#drafts.set(this.#shown, this.body.value);
    const isBegun = this.body.value.trim() !== "" || this.#tray.count > 0;
    this.kinds.markDraft(this.#shown, isBegun);
    this.kinds.markDraft(kind, false);
    this.#shown = kind;
    this.#write(this.#drafts.get(kind));
    this.#tray.switchTo(this.#drafts.keyOf(kind));
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
    this.#drafts.set(this.#shown, "");
    this.#outbox.send(text, this.#tray.take(), this.#shown);
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
    this.#drafts.setSoon(this.#shown, this.body.value);
  }

  /** What could not be sent comes back above what was written since, as what it was. */
  #takeBack({ kind, text, files }) {
    this.kinds.choose(kind);
    const since = this.body.value.trim();
    this.#write([text, since].filter(Boolean).join("\n"));
    this.#drafts.set(kind, this.body.value);
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
