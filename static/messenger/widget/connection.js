import { FOREVER_MS, growing, jittered, Pause, requestError } from "./http.js";
import { Stream } from "./stream.js";

const DEFAULT_POLL_MS = 4_000;
const LEAST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 15_000;
const LONGEST_FAILED_MS = 30_000;
const LONGEST_REFUSED_MS = 120_000;
const ROUNDS_BEFORE_GROWTH = 10;

/**
 * Stream, and polling whenever it is not live. Both ask from the same cursor, so it
 * does not matter which of them brings a message first.
 */
export class Connection {
  #options;
  #pause;
  #stream = null;
  #poll = null;
  #every = null;
  #quiet = 0;
  #failed = false;

  constructor(options) {
    this.#options = options;
    this.#pause = new Pause(options.signal);
  }

  get lost() {
    return this.#failed && !this.#stream?.live;
  }

  start({ sse_enabled: streaming, poll_interval_ms: every }) {
    const first = this.#every === null;
    this.#every = Math.max(LEAST_POLL_MS, every || DEFAULT_POLL_MS);
    if (!first) return;
    if (streaming) this.#startStream();
    this.#pollForever();
    this.#followPage();
  }

  /** The session is another one: what is open belongs to the old one. */
  restart() {
    this.#stream?.restart();
  }

  hurry() {
    this.#quiet = 0;
    this.#pause.wake();
  }

  #startStream() {
    const { onChange, onUpdate } = this.#options;
    this.#stream = new Stream({
      ...this.#options,
      onUpdate: (update) => {
        onUpdate(update);
        if (update.has_more) this.#pollNow();
      },
      onChange: () => {
        this.hurry();
        onChange();
      },
    });
    this.#stream.run();
  }

  async #pollForever() {
    let wait = this.#interval();
    while (!this.#options.signal.aborted) {
      if (this.#stream?.live) {
        await this.#pause.wait(FOREVER_MS);
        wait = this.#interval();
      } else {
        await this.#pause.wait(wait);
        if (!this.#stream?.live) wait = await this.#pollNow();
      }
    }
  }

  /** One request at a time; answers how long to wait for the next. */
  #pollNow() {
    this.#poll ??= this.#pollOnce().finally(() => {
      this.#poll = null;
    });
    return this.#poll;
  }

  async #pollOnce() {
    const { session, cursor, onUpdate, signal } = this.#options;
    try {
      let update;
      do {
        if (signal.aborted) return 0;
        update = await session.get(`poll/?since_id=${cursor()}`);
        this.#quiet = update.messages.length ? 0 : this.#quiet + 1;
        onUpdate(update);
      } while (update.has_more && update.messages.length);
      this.#setFailed(false);
      return this.#interval();
    } catch (error) {
      return this.#waitAfter(requestError(error));
    }
  }

  #waitAfter({ passing, retryAfter, status }) {
    this.#quiet += 1;
    this.#setFailed(status !== 429);
    if (retryAfter) return jittered(retryAfter * 1.25);
    const longest = passing ? LONGEST_FAILED_MS : LONGEST_REFUSED_MS;
    return jittered(growing(this.#every, this.#quiet, longest, 1.5));
  }

  /** Stays short for some rounds after the last news, then grows. */
  #interval() {
    const rounds = this.#quiet - ROUNDS_BEFORE_GROWTH;
    return jittered(growing(this.#every, rounds, LONGEST_POLL_MS, 1.2));
  }

  #setFailed(failed) {
    if (this.#failed === failed) return;
    this.#failed = failed;
    // It was not the stream alone: what it waits for is over.
    if (!failed) this.#stream?.resync();
    this.#options.onChange();
  }

  #followPage() {
    const { signal } = this.#options;
    const follow = (target, event, action) =>
      target.addEventListener(event, action, { signal });
    // The world may have gone on without us: ask, whatever the stream believes.
    const resync = () => {
      this.#stream?.resync();
      this.#pollNow();
    };
    follow(window, "online", resync);
    follow(window, "offline", () => {
      this.#setFailed(true);
      this.restart();
    });
    // An open request would keep the page out of the back/forward cache.
    follow(window, "pagehide", () => this.#stream?.suspend(true));
    follow(window, "pageshow", ({ persisted }) => {
      if (!persisted) return;
      this.#stream?.suspend(false);
      resync();
    });
    follow(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") resync();
    });
  }
}
