/** Files chosen for the answer, or for the note. They are kept like the draft of its text. */

import { keepFiles, readFiles } from "./file-store.js";
import { fileView } from "./file-view.js";
import { fileWord } from "./file-words.js";

export class Tray {
  #list = document.getElementById("msgr-tray");
  #alert = document.getElementById("msgr-refused");
  #picks = [];
  #rules;
  #key;
  #onEmptied;
  // Of the kinds that are not shown, by key.
  #aside = new Map();

  constructor({ rules, key, onEmptied }) {
    this.#rules = rules;
    this.#key = key;
    this.#onEmptied = onEmptied;
  }

  get count() {
    return this.#picks.length;
  }

  async start() {
    const key = this.#key;
    const kept = await readFiles(key);
    if (kept.length > 0 && key === this.#key) this.add(kept);
  }

  /** Puts its files aside and shows those of the other kind. */
  switchTo(key) {
    this.#aside.set(
      this.#key,
      this.#picks.map(({ file }) => file),
    );
    this.#clear();
    this.#alert.textContent = "";
    this.#list.hidden = true;
    this.#key = key;
    if (this.#aside.has(key)) this.add(this.#aside.get(key));
    else this.start();
  }

  /** Takes what can be sent and says why the rest can't. */
  add(files) {
    const refusals = new Set();
    for (const file of files) {
      const refusal = this.#rules.refusal(file);
      if (refusal) refusals.add(refusal);
      else if (this.count < this.#rules.maxFiles) this.#show(file);
      else refusals.add(this.#rules.tooMany);
    }
    this.#changed([...refusals].join(" "));
  }

  /** The files, which are not here any more then. */
  take() {
    const files = this.#picks.map(({ file }) => file);
    this.#clear();
    this.#changed();
    return files;
  }

  #clear() {
    this.#picks = [];
    this.#list.replaceChildren();
  }

  #show(file) {
    const template = document.getElementById("msgr-pick");
    const row = document.importNode(template.content, true).firstElementChild;
    const remove = row.querySelector(".msgr-pick-remove");
    const label = fileWord("remove", { name: file.name });
    remove.setAttribute("aria-label", label);
    remove.title = label;
    row.prepend(fileView(file));
    const pick = { file, row, remove };
    remove.addEventListener("click", () => this.#remove(pick));
    this.#picks.push(pick);
    this.#list.append(row);
  }

  #remove(pick) {
    const index = this.#picks.indexOf(pick);
    this.#picks.splice(index, 1);
    pick.row.remove();
    this.#changed();
    const next = this.#picks[index] ?? this.#picks.at(-1);
    if (next) next.remove.focus();
    else this.#onEmptied();
  }

  #changed(refusals = "") {
    this.#list.hidden = this.count === 0;
    this.#alert.textContent = refusals;
    const files = this.#picks.map(({ file }) => file);
    keepFiles(this.#key, files);
  }
}
