/** Tells the server that the contact's messages are before the operator's eyes: only while the page is visible. */

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

  async look() {
    const last = this.#timeline.lastIncoming;
    if (document.hidden || last <= this.#told) return;
    const before = this.#told;
    this.#told = last;
    try {
      await postJson(this.#url);
    } catch {
      this.#told = before;
    }
  }
}
