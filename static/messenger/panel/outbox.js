/**
 * Answers on their way: shown at once, sent one after the other, tried again until the server has them.
 *
 * Each has an id of its own, by which the server stores a repeat only once. They are kept in the browser until
 * they are stored, so that neither a reload nor a cut loses or doubles one.
 */

import { postPart, Refusal } from "./http.js";
import { recall, remember } from "./storage.js";
import { reasonOf, word } from "./toast.js";

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
    for (const item of recall(this.#key) ?? []) {
      if (!this.#timeline.hasStored(item.id)) this.#add(item);
    }
    this.#save();
    this.#run();
  }

  /** The server may be back: what waits is tried at once. */
  wake() {
    this.#wake();
  }

  send(text) {
    this.#add({ id: newId(), text });
    this.#save();
    this.#run();
  }

  #add({ id, text }) {
    const template = document.getElementById("msgr-pending");
    const row = document.importNode(template.content, true).firstElementChild;
    const item = { id, text, row, failed: false };
    row.dataset.clientId = id;
    row.querySelector(".msgr-text").textContent = text;
    row
      .querySelector(".msgr-retry")
      .addEventListener("click", () => this.#retry(item));
    row
      .querySelector(".msgr-discard")
      .addEventListener("click", () => this.#giveBack(item));
    this.#items.push(item);
    this.#timeline.addPending(row);
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
    return this.#items.find((item) => !item.failed);
  }

  async #deliver(item) {
    for (let attempt = 0; !item.failed; attempt += 1) {
      try {
        const part = await postPart(this.#url, this.#form(item));
        this.#timeline.merge(part);
        this.#remove(item);
        return;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (!error.isTemporary) this.#fail(item, error);
        else await this.#wait(item, attempt);
      }
    }
  }

  #form(item) {
    const form = this.#timeline.cursorForm();
    form.set("body", item.text);
    form.set("client_message_id", item.id);
    return form;
  }

  async #wait(item, attempt) {
    label(item, "pending").textContent = word("offline");
    const wait = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
    await new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, wait);
    });
  }

  #fail(item, error) {
    item.failed = true;
    item.row.classList.add("msgr-failed");
    label(item, "failed").textContent = `${word("failed")} ${reasonOf(error)}`;
    // Whoever may not write may not read either: the page finds out.
    if (error.isLoggedOut || error.isForbidden) this.#timeline.sync();
  }

  #retry(item) {
    item.failed = false;
    item.row.classList.remove("msgr-failed");
    this.#run();
  }

  #giveBack(item) {
    this.#remove(item);
    this.#onReturned(item.text);
  }

  #remove(item) {
    item.row.remove();
    this.#items = this.#items.filter((other) => other !== item);
    this.#save();
  }

  #save() {
    const kept = this.#items.map(({ id, text }) => ({ id, text }));
    remember(this.#key, kept.length > 0 ? kept : null);
  }
}

function label(item, name) {
  return item.row.querySelector(`.msgr-${name}-label`);
}

/** `crypto.randomUUID` is there only under https. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
