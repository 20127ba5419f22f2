/** The longest that setTimeout can. */
export const FOREVER_MS = 2 ** 31 - 1;

/** ±20 %, so that a thousand widgets do not come back in the same second. */
export function jittered(milliseconds) {
  return milliseconds * (0.8 + Math.random() * 0.4);
}

/** base, base × factor, … up to `limit`. */
export function growing(base, attempt, limit, factor = 2) {
  return Math.min(limit, base * factor ** Math.max(0, attempt));
}

/** One wait at a time; ends early by `wake()`, and for good with `signal`. */
export class Pause {
  #signal;
  #timer = null;
  #resolve = null;

  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.wake());
  }

  wait(milliseconds) {
    this.wake();
    if (this.#signal.aborted) return undefined;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#timer = setTimeout(() => this.wake(), milliseconds);
    });
  }

  wake() {
    clearTimeout(this.#timer);
    this.#resolve?.();
    this.#resolve = null;
  }
}
