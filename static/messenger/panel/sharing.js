/**
 * A browser opens six connections to a server without HTTP/2: a stream for each tab would block the seventh.
 *
 * So a visible tab has a stream of its own, hidden ones have one together: its owner, who holds a lock that the
 * browser gives to one tab at a time, tells the others what it hears.
 */

const NAME = "msgr-live";
// Whoever switches between tabs keeps the stream.
const PATIENCE_MS = 10_000;

export class Sharing {
  #channel = new BroadcastChannel(NAME);
  #isOwner = false;
  #onChange;
  #timer = 0;
  #hiddenLong = document.hidden;

  /** `onHeard(type, detail)`: what another tab told; `onChange()`: ask `mayStream` again. */
  constructor({ onHeard, onChange }) {
    this.#onChange = onChange;
    this.#channel.addEventListener("message", ({ data }) =>
      onHeard(data.type, data.detail),
    );
    navigator.locks?.request(NAME, () => this.#own());
    document.addEventListener("visibilitychange", () => this.#onVisibility());
  }

  /** Where there are no locks, without https, everyone may. */
  get mayStream() {
    return !this.#hiddenLong || this.#isOwner || !navigator.locks;
  }

  tell(type, detail) {
    this.#channel.postMessage({ type, detail });
  }

  /** The lock is held until the tab is closed. */
  #own() {
    this.#isOwner = true;
    this.#onChange();
    return new Promise(() => {});
  }

  #onVisibility() {
    clearTimeout(this.#timer);
    if (document.hidden) {
      this.#timer = setTimeout(() => this.#setHidden(true), PATIENCE_MS);
    } else {
      this.#setHidden(false);
    }
  }

  #setHidden(value) {
    this.#hiddenLong = value;
    this.#onChange();
  }
}
