/**
 * Goes back in the timeline: page by page while one scrolls up, or at once to one message.
 *
 * The end of the list is always the present. A message that is far from it comes with what stands around it, and a
 * gap between, which fills from the side from which one reads.
 */

import { getPart, Refusal } from "./http.js";
import { showToast, word } from "./toast.js";

// Asked for before one is there.
const AHEAD_PX = 500;
const HASH = /^#message-(\d{1,18})$/;

export class History {
  #url;
  #list;
  #scroll;
  #box = document.getElementById("msgr-scroll");
  #button = document.getElementById("msgr-earlier");
  #watch;
  #busy = false;

  constructor({ url, list, scroll }) {
    this.#url = `${url}timeline/`;
    this.#list = list;
    this.#scroll = scroll;
  }

  start() {
    this.#button.addEventListener("click", () => this.#loadEarlier());
    this.#list.addEventListener("click", ({ target }) => {
      const gap = target.closest(".msgr-gap");
      if (gap) this.#fill(gap, "start");
    });
    this.#watch = new IntersectionObserver((seen) => this.#onSeen(seen), {
      root: this.#box,
      rootMargin: `${AHEAD_PX}px 0px`,
    });
    this.#watch.observe(this.#button);
    addEventListener("hashchange", () => this.#followHash());
    this.#followHash();
  }

  #onSeen(entries) {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      const { boundingClientRect, rootBounds, target } = entry;
      const middle = (rootBounds.top + rootBounds.bottom) / 2;
      if (target === this.#button) this.#loadEarlier();
      else
        this.#fill(target, boundingClientRect.top > middle ? "start" : "end");
    }
  }

  #loadEarlier() {
    const first = this.#list.querySelector("[data-message]");
    if (!first || this.#button.hidden) return;
    return this.#load(
      this.#button,
      { before_id: first.dataset.message },
      (rows, { hasEarlier }) => {
        this.#list.prepend(...rows);
        this.#button.hidden = hasEarlier !== "1";
      },
    );
  }

  /** side: "start" where one reads on, "end" where one comes from below. */
  #fill(gap, side) {
    const query = {
      after_id: messageBefore(gap),
      before_id: messageAfter(gap),
      from: side,
    };
    return this.#load(gap, query, (rows, { hasEarlier, hasMore }) => {
      gap[side === "start" ? "before" : "after"](...rows);
      if ((side === "start" ? hasMore : hasEarlier) !== "1") gap.remove();
    });
  }

  async #followHash() {
    const id = location.hash.match(HASH)?.[1];
    if (!id) return;
    if (!this.#row(id)) await this.#loadAround(Number(id));
    const row = this.#row(id);
    if (row) this.#highlight(row);
    else showToast(word("no-message"));
  }

  #loadAround(id) {
    const rows = [...this.#list.querySelectorAll("[data-message]")];
    const next = rows.find((row) => Number(row.dataset.message) > id);
    if (!next) return;
    const gap = gapBefore(next);
    const query = { around_id: id, before_id: next.dataset.message };
    return this.#load(null, query, (found, { hasEarlier, hasMore }) => {
      if (found.length === 0) return;
      const lines = hasMore === "1" ? [...found, this.#newGap()] : found;
      if (gap) gap.after(...lines);
      else {
        this.#list.prepend(...lines);
        this.#button.hidden = hasEarlier !== "1";
      }
    });
  }

  #newGap() {
    const template = document.getElementById("msgr-gap");
    const gap = document.importNode(template.content, true).firstElementChild;
    this.#watch.observe(gap);
    return gap;
  }

  /** mark: what shows that something is on its way. Where it failed it waits to be pressed. */
  async #load(mark, query, place) {
    if (this.#busy) return;
    this.#busy = true;
    mark?.setAttribute("aria-busy", "true");
    try {
      const part = await getPart(`${this.#url}?${new URLSearchParams(query)}`);
      const fragment = part.querySelector("#msgr-fragment");
      const rows = [...fragment.querySelectorAll("ol > li")];
      this.#place(() =>
        place(
          rows.filter((row) => isDay(row) || !hasLine(this.#list, row)),
          fragment.dataset,
        ),
      );
      this.#lookAgain();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    } finally {
      this.#busy = false;
      mark?.removeAttribute("aria-busy");
    }
  }

  #place(change) {
    // What was said long ago is not read out.
    const log = this.#list.parentElement;
    log.setAttribute("aria-live", "off");
    this.#scroll.keepPlace(() => {
      change();
      dropDoubleDays(this.#list);
    });
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  /** What is still in view is told only when it is observed anew. */
  #lookAgain() {
    for (const one of [
      this.#button,
      ...this.#list.querySelectorAll(".msgr-gap"),
    ]) {
      this.#watch.unobserve(one);
      this.#watch.observe(one);
    }
  }

  #highlight(row) {
    this.#scroll.show(row);
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.classList.remove("msgr-target");
    requestAnimationFrame(() => row.classList.add("msgr-target"));
  }

  #row(id) {
    return this.#list.querySelector(`[data-message="${Number(id)}"]`);
  }
}

/** Whether the list has this line of another page. */
export function hasLine(list, row) {
  const key = CSS.escape(row.dataset.key);
  return list.querySelector(`[data-key="${key}"]`) !== null;
}

function isDay(row) {
  return row.matches(".msgr-day");
}

/** Of a day's divider that comes twice the upper one stays. */
function dropDoubleDays(list) {
  let last = "";
  for (const day of list.querySelectorAll(".msgr-day")) {
    if (day.dataset.key === last) day.remove();
    last = day.dataset.key;
  }
}

function messageBefore(gap) {
  let row = gap.previousElementSibling;
  while (row && !row.dataset.message) row = row.previousElementSibling;
  return row?.dataset.message ?? 0;
}

function messageAfter(gap) {
  let row = gap.nextElementSibling;
  while (row && !row.dataset.message) row = row.nextElementSibling;
  return row?.dataset.message ?? 0;
}

function gapBefore(row) {
  let above = row.previousElementSibling;
  while (above && !above.dataset.message && !above.matches(".msgr-gap")) {
    above = above.previousElementSibling;
  }
  return above?.matches(".msgr-gap") ? above : null;
}
