import { ApiError } from "./http.js";

const DEBOUNCE_MS = 400;
const EVERY_MS = 3_000;

/** Tells the operator that the visitor types, seldom enough to be no burden. */
export class OwnTyping {
  #timer = null;
  #notBefore = 0;
  #options;

  /** options: {session, signal} */
  constructor(options) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.stop());
  }

  typed() {
    if (this.#timer !== null) return;
    const wait = Math.max(DEBOUNCE_MS, this.#notBefore - Date.now());
    this.#timer = setTimeout(() => this.#tell(), wait);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #tell() {
    this.#timer = null;
    this.#notBefore = Date.now() + EVERY_MS;
    try {
      await this.#options.session.post("typing/");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#notBefore = Date.now() + Math.max(EVERY_MS, error.retryAfter ?? 0);
    }
  }
}
