import { FOREVER_MS, growing, jittered, Pause } from "./http.js";

const READY_MS = 10_000;
const SILENCE_MS = 45_000;
const PROOF_MS = 20_000;
const FAILURES_IN_A_ROW = 3;
const WAIT_MS = [1_000, 30_000];
const GIVEN_UP_WAIT_MS = [60_000, 300_000];

/**
 * Opened again without end. Only a stream that lived for PROOF_MS forgives the failures
 * before it: a proxy that cuts right after `ready` would reset the counter for ever.
 */
export class Stream {
  live = false;
  #failures = 0;
  #heardAt = 0;
  #notBefore = 0;
  #suspended = true;
  #current = null;
  #watchdog = null;
  #pause;
  #options;

  constructor(options) {
    this.#options = options;
    this.#pause = new Pause(options.signal);
    options.signal.addEventListener("abort", () => this.restart());
  }

  /** Waits for `suspend(false)` first. */
  async run() {
    let wait = 0;
    while (!this.#options.signal.aborted) {
      await this.#pause.wait(this.#suspended ? FOREVER_MS : wait);
      if (!this.#suspended) wait = await this.#once();
    }
  }

  /** Opens at once if it waits, and anew if what is open is suspiciously silent. */
  resync() {
    // By the clock on the wall: the other one may stand still while a laptop sleeps.
    const silence = Date.now() - this.#heardAt;
    if (!this.#current || (this.live && silence > SILENCE_MS / 2)) {
      this.restart();
    }
  }

  restart() {
    this.#current?.abort("restart");
    if (!this.#suspended) this.#pause.wake();
  }

  suspend(suspended) {
    if (this.#suspended === suspended) return;
    this.#suspended = suspended;
    this.restart();
  }

  /** One stream from opening to end; answers how long to wait for the next. */
  async #once() {
    const early = this.#notBefore - Date.now();
    if (early > 0) return early;
    const { cursor, session } = this.#options;
    const opened = { at: 0 };
    const ending = new AbortController();
    const { signal } = ending;
    this.#current = ending;
    this.#expect(READY_MS);
    let failure = null;
    try {
      const response = await session.stream(cursor(), signal);
      await this.#listen(response.body.getReader(), opened);
    } catch (error) {
      failure = error;
    }
    clearTimeout(this.#watchdog);
    this.#current = null;
    this.#setLive(false);
    if (signal.reason === "restart") return 0;
    ending.abort();
    const proved = opened.at && performance.now() - opened.at > PROOF_MS;
    this.#failures = proved ? 0 : this.#failures + 1;
    return this.#waitAfter(failure);
  }

  async #listen(reader, opened) {
    const parse = eventParser((type, data) => {
      if (type === "update") this.#options.onUpdate(JSON.parse(data));
      if (type !== "ready") return;
      opened.at = performance.now();
      this.#setLive(true);
    });
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heardAt = Date.now();
      parse(decoder.decode(value, { stream: true }));
      if (!this.live) continue;
      this.#expect(SILENCE_MS);
      this.#options.onAlive();
    }
  }

  #waitAfter(failure) {
    if (failure?.retryAfter) {
      this.#notBefore = Date.now() + failure.retryAfter;
      return jittered(failure.retryAfter * 1.25);
    }
    if (failure?.passing === false) this.#failures += FAILURES_IN_A_ROW;
    const over = this.#failures - FAILURES_IN_A_ROW;
    return jittered(
      over < 0
        ? growing(WAIT_MS[0], this.#failures - 1, WAIT_MS[1])
        : growing(GIVEN_UP_WAIT_MS[0], over, GIVEN_UP_WAIT_MS[1]),
    );
  }

  #expect(milliseconds) {
    clearTimeout(this.#watchdog);
    const current = this.#current;
    this.#watchdog = setTimeout(() => current.abort("silence"), milliseconds);
  }

  #setLive(live) {
    if (this.live === live) return;
    this.live = live;
    this.#options.onChange();
  }
}

/** A parser of text/event-stream, to be fed with pieces that are cut anywhere. */
export function eventParser(onEvent) {
  let rest = "";
  let type = "";
  let data = [];
  const takeLine = (line) => {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "event") type = value;
    if (field === "data") data.push(value);
    if (line) return;
    if (type || data.length) onEvent(type || "message", data.join("\n"));
    type = "";
    data = [];
  };
  return (text) => {
    // A \r at the end may be the first half of \r\n: it waits for what follows.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) takeLine(line);
  };
}
