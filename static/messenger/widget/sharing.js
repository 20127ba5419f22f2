import { jittered } from "./http.js";

// Whoever switches between tabs keeps the stream.
const PATIENCE_MS = 10_000;
// The server says something every 20 s, and a hidden tab's timers come late.
const SILENCE_MS = 50_000;

/**
 * A browser opens six connections to a host without HTTP/2: a stream for each tab would
 * block the seventh page. So the tabs of one visitor have one together: the tab that
 * holds a lock has it and tells the others what it hears. A tab that is looked at takes
 * the lock from one that is not, or that is silent: the system may have frozen it.
 * Without locks or channels each tab leads itself.
 */
export class Sharing {
  leads = false;
  /** Another tab's stream is live, and tells us. */
  covered = false;
  #tab = crypto.getRandomValues(new Uint32Array(2)).join();
  #id = null;
  #channel = null;
  #turn = null;
  #silence;
  #takeover;
  #options;

  /** options: {key, signal, status() → {cursor, live}, onChange(), onHeard(said)}. */
  constructor(options) {
    this.#options = options;
    const { signal } = options;
    signal.addEventListener("abort", () => this.leave());
    document.addEventListener("visibilitychange", () => this.#turned(), {
      signal,
    });
  }

  /** Visitors who use one browser by turns, and their conversations, never mix. */
  join(id = this.#id) {
    if (this.#turn && id === this.#id) return;
    this.#part();
    this.#id = id;
    try {
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = ({ data }) => this.#hear(data);
    } catch {
      // As if nobody else were there.
    }
    this.#queue();
    this.#ask();
  }

  /** The visitor goes on in another conversation. */
  move(id) {
    if (this.#turn) this.join(id);
  }

  /** The others are told; they go on with what this tab began. */
  leave() {
    this.#lead(false);
    this.tell("gone");
    this.#part();
  }

  tell(type, said) {
    const { leads } = this;
    const status = leads && { ...this.#options.status(), visible: isVisible() };
    const from = { tab: this.#tab, leads, ...status };
    this.#channel?.postMessage({ type, ...from, ...said });
  }

  /** So that the others know that silence is no fault. */
  beat() {
    if (this.leads) this.tell("beat");
  }

  #part() {
    this.#lead(false);
    this.#turn?.abort();
    this.#turn = null;
    this.#channel?.close();
    this.#channel = null;
  }

  get #name() {
    return `${this.#options.key}:${this.#id}`;
  }

  async #queue(steal = false) {
    this.#turn?.abort();
    const turn = new AbortController();
    this.#turn = turn;
    const { signal } = turn;
    if (!navigator.locks || !this.#channel) return this.#lead(true);
    let alone = false;
    try {
      const how = steal ? { steal } : { signal };
      await navigator.locks.request(this.#name, how, () => this.#hold(signal));
    } catch (error) {
      // Anything else than "taken by another tab": a page that may have no locks.
      alone = error.name !== "AbortError";
    }
    if (signal.aborted) return;
    this.#lead(alone);
    if (alone) return;
    this.#queue();
    this.#ask();
  }

  #hold(signal) {
    if (signal.aborted) return undefined;
    this.#lead(true);
    return new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
  }

  #lead(leads) {
    clearTimeout(this.#silence);
    this.#calm();
    if (this.leads === leads && !this.covered) return;
    this.leads = leads;
    this.covered = false;
    this.#options.onChange();
    this.beat();
  }

  #hear(said) {
    if (!said?.type) return;
    if (said.type === "ask") this.beat();
    if (said.leads && !this.leads) this.#follow(said);
    this.#options.onHeard(said);
  }

  #follow({ live, visible }) {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#cover(false);
      this.#ask();
    }, jittered(SILENCE_MS));
    if (visible) this.#calm();
    else this.#worry();
    this.#cover(live);
  }

  #cover(covered) {
    if (this.covered === covered) return;
    this.covered = covered;
    this.#options.onChange();
  }

  #ask() {
    if (this.leads) return;
    this.tell("ask");
    this.#worry();
  }

  #worry() {
    if (!this.#channel || !isVisible()) return;
    this.#takeover ??= setTimeout(
      () => this.#queue(true),
      jittered(PATIENCE_MS),
    );
  }

  #calm() {
    clearTimeout(this.#takeover);
    this.#takeover = null;
  }

  #turned() {
    if (this.leads) this.beat();
    else if (isVisible()) this.#ask();
    else this.#calm();
  }
}

function isVisible() {
  return document.visibilityState === "visible";
}
