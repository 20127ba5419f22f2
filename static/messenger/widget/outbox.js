import { ApiError } from "./http.js";
import { growing, jittered, Pause } from "./timing.js";
import { uuid } from "./uuid.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const ATTEMPTS_UNSEEN = 2;
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * The texts that are written but not stored by the server yet. They go one after
 * another, so that they arrive in the order of writing; each keeps its id through all
 * repeats and reloads, so that the server stores it once. What may pass is repeated
 * without end; what the server refuses waits for the visitor and lets the next one go.
 */
export class Outbox {
  #entries = [];
  #pause = new Pause();
  #running = false;
  #options;

  /** options: {storage, deliver(entry) → Promise, onChange(), signal} */
  constructor(options) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#pause.wake());
    window.addEventListener("online", () => this.#hurry(), {
      signal: options.signal,
    });
    for (const { id, body, at, order } of options.storage.unsent()) {
      // Hours later it is for the visitor to say whether it is still meant.
      const state = Date.now() - at > STALE_MS ? "failed" : "sending";
      this.#entries.push({
        id,
        body,
        at,
        order,
        state,
        detail: "",
        attempts: 0,
      });
    }
  }

  get entries() {
    return this.#entries;
  }

  add(body) {
    const last = this.#entries.at(-1);
    const entry = {
      id: uuid(),
      body,
      at: Date.now(),
      order: (last?.order ?? 0) + 1,
      state: "sending",
      detail: "",
      attempts: 0,
    };
    this.#entries.push(entry);
    const { id, at, order } = entry;
    this.#options.storage.keepUnsent({ id, body, at, order });
    this.#options.onChange();
    this.run();
  }

  retry(id) {
    const entry = this.#find(id);
    if (!entry) return;
    Object.assign(entry, { state: "sending", detail: "", attempts: 0 });
    this.#options.onChange();
    this.#hurry();
  }

  /** Arrived (here or by another tab), or given up by the visitor. */
  drop(id) {
    if (!this.#find(id)) return;
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.#options.storage.dropUnsent(id);
    this.#options.onChange();
  }

  async run() {
    if (this.#running) return;
    this.#running = true;
    for (let entry = this.#next(); entry; entry = this.#next()) {
      const wait = await this.#attempt(entry);
      if (wait && !this.#options.signal.aborted) await this.#pause.wait(wait);
    }
    this.#running = false;
  }

  #next() {
    if (this.#options.signal.aborted) return undefined;
    return this.#entries.find((entry) => entry.state !== "failed");
  }

  /** Answers how long to wait before the next attempt. */
  async #attempt(entry) {
    try {
      await this.#options.deliver(entry);
      this.drop(entry.id);
      return 0;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#failed(entry, error);
    }
  }

  #failed(entry, error) {
    entry.attempts += 1;
    entry.detail = error.detail;
    if (!error.passing) {
      entry.state = "failed";
    } else if (entry.attempts >= ATTEMPTS_UNSEEN) {
      entry.state = "waiting";
    }
    this.#options.onChange();
    if (!error.passing) return 0;
    return (
      error.retryAfter ??
      jittered(growing(FIRST_WAIT_MS, entry.attempts - 1, LONGEST_WAIT_MS))
    );
  }

  #hurry() {
    this.#pause.wake();
    this.run();
  }

  #find(id) {
    return this.#entries.find((entry) => entry.id === id);
  }
}
