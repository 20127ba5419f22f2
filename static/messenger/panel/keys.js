/**
 * The workspace by keys. The table of the help says which key does what; `verbs` says how.
 *
 * Letters count by their place on the keyboard, so that they work in every layout, and only outside of fields; whoever
 * speaks to their computer, or types without looking, turns them off.
 */

import { recall, remember } from "./storage.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const LETTERS = "keys:letters";

export class Keys {
  #verbs;
  #help = document.getElementById("msgr-keys");
  #letters = document.getElementById("msgr-keys-letters");
  #chords = new Map();

  constructor(verbs) {
    this.#verbs = { ...verbs, help: () => this.#help.showModal() };
  }

  start() {
    for (const { dataset } of this.#help.querySelectorAll("[data-does]")) {
      for (const chord of dataset.chords.split(" ")) {
        this.#chords.set(chord, dataset.does);
      }
    }
    this.#letters.checked = recall(LETTERS) !== false;
    this.#letters.addEventListener("change", () =>
      remember(LETTERS, this.#letters.checked ? null : false),
    );
    document.addEventListener("keydown", (event) => this.#onKey(event));
    for (const button of document.querySelectorAll("[data-msgr-does]")) {
      button.hidden = false;
      // Without scripts some of them are links.
      button.addEventListener("click", (event) => {
        event.preventDefault();
        this.#verbs[button.dataset.msgrDoes](event);
      });
    }
  }

  #onKey(event) {
    const verb = this.#verbs[this.#does(event)];
    if (!verb || event.defaultPrevented || document.querySelector(":modal")) {
      return;
    }
    if (verb(event) !== false) event.preventDefault();
  }

  #does(event) {
    const { altKey, code, ctrlKey, isComposing, key, metaKey, target } = event;
    if (ctrlKey || metaKey || isComposing || event.repeat) return "";
    if (altKey) return this.#chords.get(`Alt+${code}`);
    if (key === "Escape") return this.#chords.get("Escape");
    if (target.closest?.(FIELDS) || !this.#letters.checked) return "";
    const isPlain = !event.shiftKey;
    return (
      this.#chords.get(`key:${key}`) ?? (isPlain ? this.#chords.get(code) : "")
    );
  }
}
