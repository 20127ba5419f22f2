/** Links to files hold for a day or two. On a page that is open for longer they are asked for anew. */

import { getPart, Refusal } from "./http.js";

const GATHER_MS = 200;

export class FileLinks {
  #timeline;
  #url;
  #ids = new Set();
  #timer = 0;

  constructor({ timeline, url }) {
    this.#timeline = timeline;
    this.#url = url;
  }

  start() {
    const look = ({ target }) => this.#look(target.closest(".msgr-files a"));
    const { list } = this.#timeline;
    list.addEventListener("pointerover", look);
    list.addEventListener("focusin", look);
    // A picture that did not load; this event does not bubble.
    list.addEventListener("error", look, true);
  }

  #look(link) {
    if (!link || !isOver(link)) return;
    this.#ids.add(Number(link.closest("[data-message]").dataset.message));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), GATHER_MS);
  }

  async #renew() {
    const query = new URLSearchParams(this.#timeline.cursorForm());
    query.set("since_id", Math.min(...this.#ids) - 1);
    this.#ids.clear();
    try {
      replaceFiles(
        this.#timeline.list,
        await getPart(`${this.#url}timeline/?${query}`),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

function isOver(link) {
  const until = Number(new URL(link.href).searchParams.get("e"));
  return until * 1000 < Date.now();
}

function replaceFiles(list, part) {
  for (const fresh of part.querySelectorAll("[data-message] .msgr-files")) {
    const { message } = fresh.closest("[data-message]").dataset;
    const row = list.querySelector(`[data-message="${message}"]`);
    row?.querySelector(".msgr-files").replaceWith(fresh);
  }
}
