import { Pause, requestError } from "./http.js";

const GATHER_MS = 300;
const TYPING_AFTER_MS = 400;
const TYPING_EVERY_MS = 3_000;
const LONGEST_WAIT_MS = 30_000;
const ATTEMPTS_UNSEEN = 2;
const STALE_MS = 24 * 60 * 60 * 1000;

/**
 * Messages that the server does not have yet. One goes after another; each keeps its id
 * through repeats and reloads, so that it is stored once. What is refused waits for the
 * visitor and lets the next one go; anything else is repeated without end.
 */
export class Outbox {
  entries = [];
  #running = false;
  #notBefore = 0;
  #pause;
  #options;

  constructor(options) {
    const { signal, storage } = options;
    this.#options = options;
    this.#pause = new Pause(signal);
    window.addEventListener("online", () => this.#hurry(), { signal });
    window.addEventListener("storage", (change) => this.#follow(change), {
      signal,
    });
    for (const { id, body, at, files } of storage.unsent()) {
      // A day later it is for the visitor to say whether it is still meant.
      const state = Date.now() - at > STALE_MS ? "failed" : "sending";
      this.entries.push({ id, body, at, files, state, attempts: 0 });
    }
  }

  add(body, files = []) {
    // Never the same moment twice: it is also the order after a reload.
    const at = Math.max(Date.now(), 1 + (this.entries.at(-1)?.at ?? 0));
    const entry = { id: uuid(), body, at };
    if (files.length) entry.files = files;
    this.#options.storage.keepUnsent(entry);
    if (entry.files) this.#withFiles((loaded) => loaded.keep(entry));
    this.entries.push({ ...entry, state: "sending", attempts: 0 });
    this.#options.onChange();
    this.run();
  }

  retry(id) {
    const entry = this.entries.find((one) => one.id === id);
    if (!entry) return;
    Object.assign(entry, { state: "sending", detail: "", attempts: 0 });
    this.#options.onChange();
    this.#hurry();
  }

  /** Arrived (perhaps from another tab), called back or given up. */
  drop(id) {
    const entry = this.entries.find((one) => one.id === id);
    this.entries = this.entries.filter((one) => one !== entry);
    this.#options.storage.dropUnsent(id);
    if (entry?.files) this.#withFiles((loaded) => loaded.forget(entry));
    entry?.abort?.abort();
    // What it waited for need not hold up the next one.
    this.#pause.wake();
    this.#options.onChange();
    return entry;
  }

  async run() {
    if (this.#running) return;
    this.#running = true;
    for (let entry = this.#next(); entry; entry = this.#next()) {
      const wait = await this.#attempt(entry);
      if (wait) await this.#pause.wait(wait);
    }
    this.#running = false;
  }

  #next() {
    return this.#options.signal.aborted
      ? undefined
      : this.entries.find(({ state }) => state !== "failed");
  }

  /** Answers how long to wait before the next attempt. */
  async #attempt(entry) {
    const early = this.#notBefore - Date.now();
    if (early > 0) return early;
    try {
      await this.#options.deliver(entry);
      this.drop(entry.id);
      return 0;
    } catch (error) {
      const { passing, retryAfter, status } = requestError(error);
      this.#notBefore = Date.now() + (retryAfter ?? 0);
      if (!this.entries.includes(entry)) return 0;
      entry.attempts += 1;
      entry.detail = this.#reason(error);
      const unseen = status !== 429 && entry.attempts < ATTEMPTS_UNSEEN;
      if (!passing) entry.state = "failed";
      else if (!unseen) entry.state = "waiting";
      this.#options.onChange();
      return passing ? error.wait(entry.attempts - 1, LONGEST_WAIT_MS) : 0;
    }
  }

  #reason({ answer, detail, retryAfter, status }) {
    const [sentence] = Object.values(answer.fields ?? {}).flat();
    if (sentence) return String(sentence);
    if (detail || status !== 429 || !retryAfter) return detail;
    return this.#options.strings.tooFast(Math.ceil(retryAfter / 1_000));
  }

  /** Another tab that found the same files has sent or called them back. */
  #follow({ key, newValue }) {
    if (newValue !== null) return;
    const { storage } = this.#options;
    const gone = this.entries.find(
      ({ id, files }) => files && storage.unsentKey(id) === key,
    );
    if (gone) this.drop(gone.id);
  }

  #withFiles(action) {
    this.#options.attachments.use(action);
  }

  #hurry() {
    this.#pause.wake();
    this.run();
  }
}

// Pages without HTTPS have no randomUUID.
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Tells the server up to which message the visitor has really seen. */
export class Reading {
  #upTo = 0;
  #reported = 0;
  #running = false;
  #pause;
  #options;

  constructor(options) {
    this.#options = options;
    this.#pause = new Pause(options.signal);
  }

  async saw(id) {
    this.#upTo = Math.max(this.#upTo, id);
    if (this.#running) return;
    this.#running = true;
    let wait = GATHER_MS;
    for (let attempt = 0; this.#upTo > this.#reported; attempt += 1) {
      await this.#pause.wait(wait);
      if (this.#options.signal.aborted) return;
      wait = await this.#report(this.#upTo, attempt);
    }
    this.#running = false;
  }

  async #report(id, attempt) {
    try {
      await this.#options.session.post("mark_read/", { last_message_id: id });
    } catch (error) {
      // What the server refuses it would refuse again: the next message tells anew.
      const { passing } = requestError(error);
      if (passing) return error.wait(attempt, LONGEST_WAIT_MS);
    }
    this.#reported = id;
    return GATHER_MS;
  }
}

/** Tells the operator that the visitor types, seldom enough to be no burden. */
export class OwnTyping {
  #timer = null;
  #notBefore = 0;
  #session;

  constructor({ session, signal }) {
    this.#session = session;
    signal.addEventListener("abort", () => this.stop());
  }

  typed() {
    const wait = Math.max(TYPING_AFTER_MS, this.#notBefore - Date.now());
    this.#timer ??= setTimeout(() => this.#tell(), wait);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #tell() {
    this.#timer = null;
    this.#notBefore = Date.now() + TYPING_EVERY_MS;
    try {
      await this.#session.post("typing/");
    } catch (error) {
      this.#notBefore += requestError(error).retryAfter ?? 0;
    }
  }
}
