/** What was begun and not sent: of each conversation an answer and a note, kept in the browser. */

import { recall, remember } from "./storage.js";

const DEBOUNCE_MS = 250;

export class Drafts {
  #key;
  #texts = new Map();
  #timer = 0;

  constructor(key) {
    this.#key = key;
  }

  /** Under which its text is kept, and its files. */
  keyOf(kind) {
    return kind === "note" ? `${this.#key}:note` : this.#key;
  }

  /** What is here counts before what was kept: a browser may forbid to keep anything. */
  get(kind) {
    return this.#texts.get(kind) ?? recall(this.keyOf(kind)) ?? "";
  }

  set(kind, text) {
    clearTimeout(this.#timer);
    this.#texts.set(kind, text);
    remember(this.keyOf(kind), text || null);
  }

  setSoon(kind, text) {
    this.#texts.set(kind, text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.set(kind, text), DEBOUNCE_MS);
  }
}
