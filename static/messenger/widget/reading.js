import { ApiError } from "./http.js";
import { growing, jittered, Pause } from "./timing.js";

const GATHER_MS = 300;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** Tells the server up to which message the visitor has really seen. */
export class Reading {
  #upTo = 0;
  #reported = 0;
  #running = false;
  #pause = new Pause();
  #options;

  /** options: {session, signal} */
  constructor(options) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#pause.wake());
  }

  saw(id) {
    this.#upTo = Math.max(this.#upTo, id);
    this.#run();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    const { signal } = this.#options;
    for (let failures = 0; this.#upTo > this.#reported; ) {
      await this.#pause.wait(
        failures
          ? jittered(growing(FIRST_WAIT_MS, failures - 1, LONGEST_WAIT_MS))
          : GATHER_MS,
      );
      if (signal.aborted) return;
      failures = (await this.#report(this.#upTo)) ? 0 : failures + 1;
    }
    this.#running = false;
  }

  async #report(id) {
    try {
      await this.#options.session.post("mark_read/", { last_message_id: id });
      this.#reported = id;
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // What the server refuses it would refuse again: the next message tells anew.
      if (!error.passing) this.#reported = id;
      return false;
    }
  }
}
