/**
 * The page's one connection to what happens: an event stream, and polling while there is none.
 *
 * Listeners get: `event` (detail: the payload of the stream), `unread` (detail: a number), and `look`, which says
 * that something may have been missed: the page asks for what is newer than it knows, so nothing is lost or doubled.
 */

import { Sharing } from "./sharing.js";
import { readStream } from "./sse.js";

const ADDRESS = "/api/messenger/stream/";
// The server sends at least a comment every 20 s: a stream that is silent for longer is dead, whatever it looks like.
const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

export class Live extends EventTarget {
  #address;
  #pollMs;
  #sharing;
  #abort = null;
  #attempt = 0;
  #retryTimer = 0;
  #watchdog = 0;
  #streaming = false;

  constructor({ conversation = null, pollMs }) {
    super();
    // The page tells by requests of its own that it is there (badge.js).
    const query = new URLSearchParams({ beats: "1" });
    if (conversation) query.set("conversation", conversation);
    this.#address = `${ADDRESS}?${query}`;
    this.#pollMs = pollMs;
  }

  start() {
    this.#sharing = new Sharing({
      onHeard: (type, detail) => this.#streaming || this.#emit(type, detail),
      onChange: () => this.#reconsider(),
    });
    this.#reconsider();
    setInterval(() => this.#poll(), this.#pollMs);
    addEventListener("online", () => this.#wake({ reconnect: true }));
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
    document.addEventListener(
      "visibilitychange",
      () => document.hidden || this.#wake(),
    );
  }

  /** Of the tabs of a browser those that are visible, or one of the hidden ones. */
  get speaksForBrowser() {
    return this.#sharing?.mayStream ?? false;
  }

  get isStreaming() {
    return this.#streaming;
  }

  #reconsider() {
    if (!this.#sharing.mayStream) this.#stop();
    else if (!this.#abort) this.#connect();
  }

  async #connect() {
    this.#stop();
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const response = await fetch(this.#address, {
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal: abort.signal,
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
    if (this.#abort === abort) this.#retryLater();
  }

  #receive(name, data) {
    if (name === "ready") {
      this.#attempt = 0;
      this.#streaming = true;
      this.#emit("look");
    } else if (name === "resync") {
      this.#announce("look");
    } else if (name === "unread") {
      this.#announce("unread", data.unread);
    } else {
      this.#announce("event", { ...data, type: data.type ?? name });
    }
  }

  #stop() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#watchdog);
    this.#streaming = false;
    const abort = this.#abort;
    this.#abort = null;
    abort?.abort();
  }

  #retryLater() {
    clearTimeout(this.#watchdog);
    this.#streaming = false;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#attempt, LONGEST_WAIT_MS);
    this.#attempt += 1;
    this.#retryTimer = setTimeout(
      () => this.#connect(),
      wait * (0.5 + Math.random()),
    );
  }

  #feedWatchdog() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#abort?.abort(), SILENCE_MS);
  }

  #poll() {
    if (!this.#streaming && !document.hidden) this.#emit("look");
  }

  /** After sleep, or without a network, a stream may be dead without knowing it. */
  #wake({ reconnect = !this.#streaming } = {}) {
    this.#emit("look");
    if (!reconnect || !this.#sharing.mayStream) return;
    this.#attempt = 0;
    this.#connect();
  }

  #announce(type, detail) {
    this.#emit(type, detail);
    this.#sharing.tell(type, detail);
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
