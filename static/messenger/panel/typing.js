/** Who is typing, both ways. */

import { getJson, postJson } from "./http.js";

// The server forgets after 8 s that somebody types.
const LIFE_MS = 8000;
const DEBOUNCE_MS = 300;
const REPEAT_MS = 3000;

/** Shows that the contact is typing. */
export class ContactTyping {
  #url;
  #line = document.getElementById("msgr-typing");
  #timer = 0;

  constructor({ url }) {
    this.#url = url;
  }

  show() {
    this.#line.textContent = this.#line.dataset.text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), LIFE_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#line.textContent = "";
  }

  /** Without a stream nobody tells. */
  async ask() {
    try {
      const { contact_typing: typing } = await getJson(this.#url);
      if (typing) this.show();
      else this.hide();
    } catch {
      this.hide();
    }
  }
}

/** Reports that the operator is typing: soon after the first key, then every few seconds while it goes on. */
export class OperatorTyping {
  #url;
  #isForClient;
  #timer = 0;
  #toldAt = 0;

  /** isForClient: notes are nothing that the client waits for. */
  constructor({ url, isForClient }) {
    this.#url = url;
    this.#isForClient = isForClient;
  }

  watch(field) {
    field.addEventListener("input", () => {
      if (!this.#isAnswer(field) || this.#timer) return;
      const wait = Math.max(DEBOUNCE_MS, this.#toldAt + REPEAT_MS - Date.now());
      this.#timer = setTimeout(() => this.#tell(field), wait);
    });
  }

  async #tell(field) {
    this.#timer = 0;
    if (!this.#isAnswer(field)) return;
    this.#toldAt = Date.now();
    try {
      await postJson(this.#url);
    } catch {
      // Nobody misses it.
    }
  }
  #isAnswer(field) {
    return this.#isForClient() && field.value.trim() !== "";
  }
}
