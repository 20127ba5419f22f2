import { FOREVER_MS, growing, jittered, Pause, requestError } from "./http.js";
import { Sharing } from "./sharing.js";
import { Stream } from "./stream.js";

const DEFAULT_POLL_MS = 4_000;
const LEAST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 15_000;
const LONGEST_FAILED_MS = 30_000;
const LONGEST_REFUSED_MS = 120_000;
const ROUNDS_BEFORE_GROWTH = 10;

/**
 * Stream, one for all tabs, and polling whenever it is not live. All ask from the same
 * cursor, so it does not matter which of them brings a message first.
 */
export class Connection {
  #options;
  #pause;
  #sharing;
  #stream = null;
  #wasFed = false;
  #heardAt = 0;
  #notBefore = 0;
  #poll = null;
  #every = null;
  #quiet = 0;
  #failed = false;

  constructor(options) {
    this.#options = options;
    this.#pause = new Pause(options.signal);
    this.#sharing = new Sharing({
      ...options,
      status: () => ({
        cursor: options.cursor(),
        live: Boolean(this.#stream?.live),
      }),
      onChange: () => this.#changed(),
      onHeard: (said) => this.#heard(said),
    });
  }

  get lost() {
    return this.#failed && !this.#fed;
  }

  start(answer) {
    const { conversation_id: id, sse_enabled, poll_interval_ms } = answer;
    const first = this.#every === null;
    this.#every = Math.max(LEAST_POLL_MS, poll_interval_ms || DEFAULT_POLL_MS);
    if (first && sse_enabled) this.#startStream();
    this.#sharing.join(id);
    if (!first) return;
    this.#pollForever();
    this.#followPage();
  }

  /** To the visitor's other tabs; they get it as `onTold`. */
  tell(type, said) {
    this.#sharing.tell(type, said);
  }

  /** The session is another one: what is open belongs to the old one. */
  restart() {
    this.#stream?.restart();
  }

  hurry() {
    this.#quiet = 0;
    this.#pause.wake();
  }

  /** Updates come without our asking. */
  get #fed() {
    return Boolean(this.#stream?.live) || this.#sharing.covered;
  }

  #startStream() {
    this.#stream = new Stream({
      ...this.#options,
      onAlive: () => this.#sharing.beat(),
      onUpdate: (update) => {
        this.#take(update);
        if (update.has_more) this.#pollNow();
      },
      onChange: () => {
        this.#sharing.beat();
        this.#changed();
      },
    });
    this.#stream.run();
  }

  #changed() {
    this.#stream?.suspend(!this.#sharing.leads);
    if (this.#wasFed === this.#fed) return;
    this.#wasFed = this.#fed;
    this.hurry();
    this.#options.onChange();
  }

  /** From the server: the other tabs shall have it too. */
  #take(update) {
    const { cursor, onUpdate } = this.#options;
    const since = cursor();
    onUpdate(update);
    this.#sharing.tell("update", { since, update });
    if (update.conversation) this.#sharing.move(update.conversation.id);
  }

  #heard(said) {
    const { cursor, onTold, onUpdate } = this.#options;
    const { type, since = said.cursor, update } = said;
    if (since > cursor()) this.#pollNow();
    else if (type === "update") {
      this.#heardAt = Date.now();
      this.#quiet = update.messages.length ? 0 : this.#quiet;
      onUpdate(update);
      this.#setFailed(false);
      if (update.conversation) this.#sharing.move(update.conversation.id);
    }
    onTold(said);
  }

  async #pollForever() {
    let wait = this.#interval();
    while (!this.#options.signal.aborted) {
      if (this.#fed) {
        await this.#pause.wait(FOREVER_MS);
        wait = this.#interval();
      } else {
        await this.#pause.wait(wait);
        if (!this.#fed) wait = this.#spared(wait) || (await this.#pollNow());
      }
    }
  }

  /** Another tab has just asked, and told us: how long that is good for. */
  #spared(wait) {
    return Math.max(0, this.#heardAt + wait - Date.now());
  }

  /** One request at a time; answers how long to wait for the next. */
  #pollNow() {
    this.#poll ??= this.#pollOnce().finally(() => {
      this.#poll = null;
    });
    return this.#poll;
  }

  async #pollOnce() {
    const { session, cursor, signal } = this.#options;
    const early = this.#notBefore - Date.now();
    if (early > 0) return early;
    try {
      let update;
      do {
        if (signal.aborted) return 0;
        update = await session.get(`poll/?since_id=${cursor()}`);
        this.#quiet = update.messages.length ? 0 : this.#quiet + 1;
        this.#take(update);
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
    if (retryAfter) {
      this.#notBefore = Date.now() + retryAfter;
      return jittered(retryAfter * 1.25);
    }
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
    follow(window, "pagehide", () => this.#sharing.leave());
    follow(window, "pageshow", ({ persisted }) => {
      if (!persisted) return;
      this.#sharing.join();
      resync();
    });
    // After a sleep that the page was not told of.
    follow(window, "focus", () => {
      if (this.#stream?.live) this.#stream.resync();
    });
    follow(document, "visibilitychange", () => {
      if (document.visibilityState === "visible") resync();
    });
  }
}
