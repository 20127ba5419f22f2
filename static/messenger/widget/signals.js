import { requestError } from "./http.js";
import { Pause } from "./timing.js";

const GATHER_MS = 300;
const LONGEST_WAIT_MS = 60_000;
const TYPING_AFTER_MS = 400;
const TYPING_EVERY_MS = 3_000;

/** Tells the server up to which message the visitor has really seen. */
export class Reading {
  #upTo = 0;
  #reported = 0;
  #running = false;
  #pause;
  #options;

  /** options: {session, signal} */
  constructor(options) {
    this.#options = options;
    this.#pause = new Pause(options.signal);
  }

  async saw(id) {
    this.#upTo = Math.max(this.#upTo, id);
    if (this.#running) return;
    this.#running = true;
    let wait = GATHER_MS;
    for (let attempt = 0; this.#upTo > this.#reported; attempt += 1) {
      await this.#pause.wait(wait);
      if (this.#options.signal.aborted) return;
      wait = await this.#report(this.#upTo, attempt);
    }
    this.#running = false;
  }

  async #report(id, attempt) {
    try {
      await this.#options.session.post("mark_read/", { last_message_id: id });
    } catch (error) {
      // What the server refuses it would refuse again: the next message tells anew.
      const { passing } = requestError(error);
      if (passing) return error.wait(attempt, LONGEST_WAIT_MS);
    }
    this.#reported = id;
    return GATHER_MS;
  }
}

/** Tells the operator that the visitor types, seldom enough to be no burden. */
export class OwnTyping {
  #timer = null;
  #notBefore = 0;
  #session;

  /** options: {session, signal} */
  constructor({ session, signal }) {
    this.#session = session;
    signal.addEventListener("abort", () => this.stop());
  }

  typed() {
    const wait = Math.max(TYPING_AFTER_MS, this.#notBefore - Date.now());
    this.#timer ??= setTimeout(() => this.#tell(), wait);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #tell() {
    this.#timer = null;
    this.#notBefore = Date.now() + TYPING_EVERY_MS;
    try {
      await this.#session.post("typing/");
    } catch (error) {
      this.#notBefore += requestError(error).retryAfter ?? 0;
    }
  }
}
