/** The timeline stays at its end while the reader is there, and stays put while they read further up. */

const NEAR_PX = 80;

export class Scroll {
  #box = document.getElementById("msgr-scroll");
  #button = document.getElementById("msgr-new");
  #atBottom = true;

  start() {
    this.toBottom();
    this.#box.addEventListener("scroll", () => this.#onScroll(), {
      passive: true,
    });
    this.#button.addEventListener("click", () => this.toBottom());
    // The composer grows, the keyboard of a phone opens, fonts arrive: the end stays in view.
    const keep = new ResizeObserver(() => this.#atBottom && this.toBottom());
    keep.observe(this.#box);
    keep.observe(document.getElementById("msgr-timeline"));
  }

  toBottom() {
    this.#atBottom = true;
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#button.hidden = true;
  }

  afterAppend(hasIncoming) {
    if (this.#atBottom) this.toBottom();
    else if (hasIncoming) this.#button.hidden = false;
  }

  /** Runs `change`, which adds lines somewhere, and keeps what is being read where it is. */
  keepPlace(change) {
    const anchor = this.#firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (!anchor?.isConnected) return;
    this.#box.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  /** Brings a line into view, wherever the reader was. */
  show(row) {
    this.#atBottom = false;
    row.scrollIntoView({ block: "center" });
  }

  /** Days stick to the edge: they tell nothing of the place. */
  #firstVisible() {
    const { top } = this.#box.getBoundingClientRect();
    const rows = this.#box.querySelectorAll(".msgr-message, .msgr-event");
    return [...rows].find((row) => row.getBoundingClientRect().bottom > top);
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    this.#atBottom = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.#atBottom) this.#button.hidden = true;
  }
}
