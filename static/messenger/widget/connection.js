import { ApiError } from "./http.js";
import { Stream } from "./stream.js";
import { FOREVER_MS, growing, jittered, Pause } from "./timing.js";

const DEFAULT_POLL_MS = 4_000;
const LEAST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 30_000;
const LONGEST_REFUSED_MS = 120_000;

/**
 * Keeps the conversation up to date for as long as the page lives: by the stream, and
 * by polling whenever the stream is not live. Both ask from the same cursor (the last
 * id that was seen), so it does not matter which of them brings a message first.
 */
export class Connection {
  #options;
  #stream = null;
  #pause = new Pause();
  #poll = null;
  #every = DEFAULT_POLL_MS;
  #quiet = 0;
  #failed = false;
  #started = false;
  #stopped = false;

  /** options: {session, cursor(), onUpdate(update), onChange(), signal} */
  constructor(options) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#stop(), {
      once: true,
    });
  }

  /** True while neither way gets through. */
  get lost() {
    return this.#failed && !this.#stream?.live;
  }

  /** settings: {sse_enabled, poll_interval_ms} of a bootstrap; again after each one. */
  start({ sse_enabled: streaming, poll_interval_ms: every }) {
    if (this.#stopped) return;
    this.#every = Math.max(LEAST_POLL_MS, Number(every) || DEFAULT_POLL_MS);
    if (this.#started) return;
    this.#started = true;
    if (streaming !== false) this.#startStream();
    this.#pollForever();
    this.#followPage();
  }

  /** The session is another one: what is open belongs to the old one. */
  restart() {
    this.#stream?.restart();
  }

  /** The world may have gone on without us: ask now, whatever the stream believes. */
  resync() {
    if (!this.#started || this.#stopped) return;
    this.#stream?.resync();
    this.#pollNow();
  }

  /** An answer is likely soon: poll as often as allowed again. */
  hurry() {
    this.#quiet = 0;
    this.#pause.wake();
  }

  #stop() {
    this.#stopped = true;
    this.#stream?.stop();
    this.#pause.wake();
  }

  #startStream() {
    const { session, cursor, onUpdate } = this.#options;
    this.#stream = new Stream({
      session,
      cursor,
      onUpdate: (update) => {
        onUpdate(update);
        if (update.has_more) this.#pollNow();
      },
      onChange: () => {
        this.#quiet = 0;
        this.#pause.wake();
        this.#options.onChange();
      },
    });
    this.#stream.run();
  }

  async #pollForever() {
    let wait = this.#interval();
    while (!this.#stopped) {
      if (this.#stream?.live) {
        await this.#pause.wait(FOREVER_MS);
        wait = this.#interval();
        continue;
      }
      await this.#pause.wait(wait);
      if (!this.#stopped && !this.#stream?.live) wait = await this.#pollNow();
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
    const { session, cursor, onUpdate } = this.#options;
    try {
      let update;
      do {
        update = await session.get("poll/", { since_id: cursor() });
        if (this.#stopped) return 0;
        this.#quiet = update.messages.length ? 0 : this.#quiet + 1;
        onUpdate(update);
      } while (update.has_more && update.messages.length);
      this.#setFailed(false);
      return this.#interval();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#waitAfter(error);
    }
  }

  #waitAfter(error) {
    if (this.#stopped) return 0;
    this.#quiet += 1;
    this.#setFailed(error.status !== 429);
    if (error.retryAfter !== null) {
      return error.retryAfter + jittered(LEAST_POLL_MS);
    }
    const limit = error.passing ? LONGEST_POLL_MS : LONGEST_REFUSED_MS;
    return jittered(growing(this.#every, this.#quiet, limit, 1.5));
  }

  /** Stays short for some rounds after the last news, then grows. */
  #interval() {
    return jittered(
      growing(this.#every, this.#quiet - 10, LONGEST_POLL_MS, 1.2),
    );
  }

  #setFailed(failed) {
    if (this.#failed === failed) return;
    this.#failed = failed;
    this.#options.onChange();
  }

  #followPage() {
    const { signal } = this.#options;
    const follow = (target, event, action) =>
      target.addEventListener(event, action, { signal });
    follow(window, "online", () => this.resync());
    follow(window, "offline", () => {
      this.#setFailed(true);
      this.#stream?.restart();
    });
    // An open request would keep the page out of the back/forward cache.
    follow(window, "pagehide", () => this.#stream?.suspend());
    follow(window, "pageshow", ({ persisted }) => {
      if (!persisted) return;
      this.#stream?.resume();
      this.resync();
    });
    follow(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") this.resync();
    });
  }
}
