/**
 * Tells the server that the contact's messages are before the operator's eyes: only while the page is visible.
 *
 * A look at somebody else's conversation doesn't count: it is told again, and when the conversation changes hands.
 */

import { postJson } from "./http.js";

export class Reading {
  #url;
  #timeline;
  #told = -1;

  constructor({ url, timeline }) {
    this.#url = url;
    this.#timeline = timeline;
  }

  start() {
    this.look();
    document.addEventListener("visibilitychange", () => this.look());
  }

  /** The conversation may be the operator's now. */
  lookAnew() {
    this.#told = -1;
    this.look();
  }

  async look() {
    const last = this.#timeline.lastToRead;
    if (document.hidden || last <= this.#told) return;
    const before = this.#told;
    this.#told = last;
    try {
      const { counted } = await postJson(this.#url);
      if (!counted) this.#told = before;
    } catch {
      this.#told = before;
    }
  }
}
