/**
 * Answers and notes on their way: shown at once, sent one after the other, tried again until the server has them.
 *
 * Each has an id of its own, by which the server stores a repeat only once. They are kept in the browser until
 * they are stored, so that neither a reload nor a cut loses or doubles one.
 */

import { forgetFiles, keepFiles, readFiles, sweepFiles } from "./file-store.js";
import { fileWord } from "./file-words.js";
import { postPart, Refusal } from "./http.js";
import { PendingLine } from "./pending.js";
import { recall, remember } from "./storage.js";
import { reasonOf } from "./toast.js";
import { uploadPart } from "./upload.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

export class Outbox {
  #key;
  #url;
  #timeline;
  #onReturned;
  #items = [];
  #busy = false;
  #wake = () => {};

  constructor({ key, url, timeline, onReturned }) {
    this.#key = key;
    this.#url = url;
    this.#timeline = timeline;
    this.#onReturned = onReturned;
  }

  start() {
    for (const kept of recall(this.#key) ?? []) {
      const { id, text, names = [], kind = "answer" } = kept;
      // A name stands for its file until that is found again.
      const files = names.map((name) => ({ name }));
      if (!this.#timeline.hasStored(id)) this.#add({ id, kind, text, files });
    }
    this.#save();
    const keys = this.#items.map((item) => this.#fileKey(item));
    sweepFiles(`${this.#key}:`, keys);
    this.#run();
  }

  /** The server may be back: what waits is tried at once. */
  wake() {
    this.#wake();
  }

  /** kind: `answer` or `note` */
  send(text, files, kind) {
    const item = this.#add({ id: newId(), kind, text, files });
    if (files.length > 0) keepFiles(this.#fileKey(item), files);
    this.#save();
    this.#run();
  }

  #add({ id, kind, text, files }) {
    const item = { id, kind, text, files, failed: false, returned: false };
    item.line = new PendingLine(item, {
      onRetry: () => this.#retry(item),
      onCancel: () => this.#giveBack(item),
      onReturn: () => this.#giveBack(item),
    });
    this.#items.push(item);
    this.#timeline.addPending(item.line.row);
    return item;
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    let item = this.#next();
    while (item) {
      await this.#deliver(item);
      item = this.#next();
    }
    this.#busy = false;
  }

  #next() {
    return this.#items.find((item) => !isOver(item));
  }

  async #deliver(item) {
    if (!(await this.#hasFiles(item))) {
      this.#fail(item, fileWord("gone"), { isFinal: true });
    }
    for (let attempt = 0; !isOver(item); attempt += 1) {
      try {
        const part = await this.#post(item);
        this.#timeline.merge(part);
        this.#remove(item);
        return;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (isOver(item)) return;
        if (error.isTemporary) await this.#wait(item, attempt);
        else this.#refuse(item, error);
      }
    }
  }

  #post(item) {
    const form = this.#timeline.cursorForm();
    form.set("kind", item.kind);
    form.set("body", item.text);
    form.set("client_message_id", item.id);
    if (item.files.length === 0) return postPart(this.#url, form);
    for (const file of item.files) form.append("files", file, file.name);
    item.abort = new AbortController();
    return uploadPart(this.#url, form, {
      onProgress: (share) => item.line.showProgress(share),
      signal: item.abort.signal,
    });
  }

  /** After a reload they come from where they were kept. */
  async #hasFiles(item) {
    if (item.files.every((file) => file instanceof Blob)) return true;
    const kept = await readFiles(this.#fileKey(item));
    if (kept.length < item.files.length) return false;
    item.files = kept;
    item.line.showFiles(kept);
    return true;
  }

  async #wait(item, attempt) {
    item.line.showWaiting();
    const wait = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, wait);
    });
  }

  #refuse(item, error) {
    this.#fail(item, reasonOf(error), { isFinal: false });
    // Whoever may not write may not read either: the page finds out.
    if (error.isLoggedOut || error.isForbidden) this.#timeline.sync();
  }

  #fail(item, sentence, { isFinal }) {
    item.failed = true;
    item.line.showFailed(sentence, { isFinal });
  }

  #retry(item) {
    item.failed = false;
    item.line.hideFailed();
    this.#run();
  }

  async #giveBack(item) {
    item.returned = true;
    item.abort?.abort();
    this.#wake();
    await this.#hasFiles(item);
    this.#remove(item);
    const files = item.files.filter((file) => file instanceof Blob);
    this.#onReturned({ ...item, files });
  }

  #remove(item) {
    item.line.row.remove();
    this.#items = this.#items.filter((other) => other !== item);
    if (item.files.length > 0) forgetFiles(this.#fileKey(item));
    this.#save();
  }

  #save() {
    const kept = this.#items.map(({ id, kind, text, files }) => ({
      id,
      kind,
      text,
      names: files.map(({ name }) => name),
    }));
    remember(this.#key, kept.length > 0 ? kept : null);
  }

  #fileKey({ id }) {
    return `${this.#key}:${id}`;
  }
}

function isOver({ failed, returned }) {
  return failed || returned;
}

/** `crypto.randomUUID` is there only under https. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
