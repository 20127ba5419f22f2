import { EventParser } from "./events.js";
import { ApiError } from "./http.js";
import { FOREVER_MS, growing, jittered, Pause } from "./timing.js";

const READY_MS = 10_000;
const SILENCE_MS = 45_000;
const PROOF_MS = 20_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const GIVEN_UP_WAIT_MS = 60_000;
const LONGEST_GIVEN_UP_WAIT_MS = 300_000;
const FAILURES_BEFORE_POLLING = 3;

/**
 * The event stream, opened again without end.
 *
 * `live` is true from the event `ready` on until the stream ends or falls silent. A
 * stream only counts as good, and forgives earlier failures, once it has lived for
 * PROOF_MS: a proxy that lets `ready` through and cuts right after it would otherwise
 * set the counter to zero each time, and keep us from ever giving up on it.
 */
export class Stream {
  live = false;
  #failures = 0;
  #pause = new Pause();
  #current = null;
  #heardAt = 0;
  #stopped = false;
  #suspended = false;
  #options;

  /** options: {session, cursor(), onUpdate(update), onChange()} */
  constructor(options) {
    this.#options = options;
  }

  async run() {
    while (!this.#stopped) {
      const wait = await this.#once();
      if (this.#stopped) return;
      await this.#pause.wait(this.#suspended ? FOREVER_MS : wait);
    }
  }

  /** Opens at once if it waits; opens anew if what is open has been silent too long. */
  resync() {
    if (!this.#current) this.#pause.wake();
    else if (this.live && performance.now() - this.#heardAt > SILENCE_MS / 2) {
      this.restart();
    }
  }

  /** Ends what is open; the loop opens the next one at once. */
  restart() {
    if (this.#current) this.#current.abort("restart");
    else this.#pause.wake();
  }

  suspend() {
    this.#suspended = true;
    this.#current?.abort("suspend");
  }

  resume() {
    this.#suspended = false;
    this.#pause.wake();
  }

  stop() {
    this.#stopped = true;
    this.#current?.abort("stop");
    this.#pause.wake();
  }

  /** One stream from opening to its end; answers how long to wait for the next. */
  async #once() {
    const ending = new AbortController();
    this.#current = ending;
    let failure = null;
    let openedAt = 0;
    const watchdog = new Watchdog(() => ending.abort("silence"));
    watchdog.expect(READY_MS);
    try {
      await this.#listen(ending.signal, {
        heard: () => {
          this.#heardAt = performance.now();
          if (this.live) watchdog.expect(SILENCE_MS);
        },
        ready: () => {
          openedAt = performance.now();
          watchdog.expect(SILENCE_MS);
          this.#setLive(true);
        },
      });
    } catch (error) {
      failure = error;
    } finally {
      watchdog.stop();
      this.#current = null;
      this.#setLive(false);
    }
    if (["restart", "suspend"].includes(ending.signal.reason)) return 0;
    const proved = openedAt && performance.now() - openedAt >= PROOF_MS;
    this.#failures = proved ? 0 : this.#failures + 1;
    return this.#waitAfter(failure);
  }

  async #listen(signal, { heard, ready }) {
    const { session, cursor, onUpdate } = this.#options;
    const response = await session.stream("stream/", {
      lastEventId: cursor(),
      signal,
    });
    if (!response.body) throw new ApiError({ status: 501, code: "no_stream" });
    const parser = new EventParser(({ type, data }) => {
      if (type === "ready") ready();
      if (type === "update") onUpdate(JSON.parse(data));
    });
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  #waitAfter(failure) {
    if (failure instanceof ApiError && failure.retryAfter !== null) {
      return failure.retryAfter + jittered(FIRST_WAIT_MS);
    }
    if (failure instanceof ApiError && !failure.passing) {
      this.#failures = Math.max(this.#failures, FAILURES_BEFORE_POLLING);
    }
    const over = this.#failures - FAILURES_BEFORE_POLLING;
    return jittered(
      over < 0
        ? growing(FIRST_WAIT_MS, this.#failures - 1, LONGEST_WAIT_MS)
        : growing(GIVEN_UP_WAIT_MS, over, LONGEST_GIVEN_UP_WAIT_MS),
    );
  }

  #setLive(live) {
    if (this.live === live) return;
    this.live = live;
    this.#options.onChange();
  }
}

class Watchdog {
  #timer = null;
  #bark;

  constructor(bark) {
    this.#bark = bark;
  }

  expect(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#bark, milliseconds);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
