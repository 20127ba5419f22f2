/**
 * The page's one connection to what happens: an event stream, and polling while there is none.
 *
 * Listeners get: `event` (detail: the payload of the stream), `unread` (detail: a number), and `look`, which says
 * that something may have been missed: the page asks for what is newer than it knows, so nothing is lost or doubled.
 */

import { readStream } from "./sse.js";

const URL = "/api/messenger/stream/";
// The server sends at least a comment every 20 s: a stream that is silent for longer is dead, whatever it looks like.
const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

export class Live extends EventTarget {
  #conversation;
  #pollMs;
  #abort = null;
  #attempt = 0;
  #retryTimer = 0;
  #watchdog = 0;
  #streaming = false;

  constructor({ conversation = null, pollMs = 8000 } = {}) {
    super();
    this.#conversation = conversation;
    this.#pollMs = pollMs;
  }

  start() {
    this.#connect();
    setInterval(() => this.#poll(), this.#pollMs);
    addEventListener("online", () => this.#wake());
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
    document.addEventListener("visibilitychange", () => this.#onVisibility());
  }

  get isStreaming() {
    return this.#streaming;
  }

  async #connect() {
    clearTimeout(this.#retryTimer);
    this.#abort?.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const response = await fetch(this.#address(), {
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal,
      });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      this.#feedWatchdog();
      await readStream(response, {
        onByte: () => this.#feedWatchdog(),
        onEvent: (name, data) => this.#receive(name, data),
      });
    } catch {
      // Refused, cut, or aborted by ourselves: all end the same way.
    }
    if (this.#abort.signal === signal) this.#retryLater();
  }

  #address() {
    return this.#conversation
      ? `${URL}?conversation=${this.#conversation}`
      : URL;
  }

  #receive(name, data) {
    if (name === "ready") {
      this.#attempt = 0;
      this.#setStreaming(true);
      this.#emit("look");
    } else if (name === "resync") {
      this.#emit("look");
    } else if (name === "unread") {
      this.#emit("unread", data.unread);
    } else {
      this.#emit("event", { ...data, type: data.type ?? name });
    }
  }

  #retryLater() {
    clearTimeout(this.#watchdog);
    this.#setStreaming(false);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#attempt, LONGEST_WAIT_MS);
    this.#attempt += 1;
    this.#retryTimer = setTimeout(
      () => this.#connect(),
      wait * (0.5 + Math.random()),
    );
  }

  #feedWatchdog() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#abort.abort(), SILENCE_MS);
  }

  #poll() {
    if (!this.#streaming && !document.hidden) this.#emit("look");
  }

  #onVisibility() {
    if (!document.hidden) this.#wake();
  }

  /** After sleep, or without a network, a stream may be dead without knowing it. */
  #wake() {
    this.#emit("look");
    if (!this.#streaming) {
      this.#attempt = 0;
      this.#connect();
    }
  }

  #setStreaming(value) {
    if (this.#streaming === value) return;
    this.#streaming = value;
    this.#emit("streaming", value);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const workspace = document.getElementById("msgr-workspace");

/** One for all modules of the page; started by panel.js. */
export const live = new Live({
  conversation: workspace?.dataset.conversation,
  pollMs: workspace ? 3000 : 8000,
});
