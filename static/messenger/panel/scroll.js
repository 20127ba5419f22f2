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

  /** Runs `change`, which adds lines above, and keeps what is being read where it is. */
  keepPlace(change) {
    const { scrollHeight, scrollTop } = this.#box;
    change();
    this.#box.scrollTop = scrollTop + this.#box.scrollHeight - scrollHeight;
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    this.#atBottom = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.#atBottom) this.#button.hidden = true;
  }
}
