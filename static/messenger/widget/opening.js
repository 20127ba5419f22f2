import { FOREVER_MS, Pause, requestError } from "./http.js";

const LONGEST_WAIT_MS = 60_000;

/** Opens the session, again and again where that may help; `again()` tries at once. */
export class Opening {
  #pause;
  #options;

  /** options: {onProblem(sentence), session, signal}. */
  constructor(options) {
    this.#options = options;
    this.#pause = new Pause(options.signal);
    const { signal } = options;
    window.addEventListener("online", () => this.again(), { signal });
  }

  async run() {
    const { session, signal } = this.#options;
    for (let attempt = 1; !session.ready && !signal.aborted; attempt += 1) {
      try {
        await session.open();
      } catch (error) {
        this.fail(error);
        await this.#pause.wait(
          error.passing ? error.wait(attempt, LONGEST_WAIT_MS) : FOREVER_MS,
        );
      }
    }
  }

  again() {
    this.#pause.wake();
  }

  /** Told only while there is no session: later on, others tell of what fails. */
  fail(error) {
    const { detail } = requestError(error);
    if (!this.#options.session.ready) this.#options.onProblem(detail);
  }
}
