/** The ways by which files come to an answer: the button, the clipboard, and a drop on the conversation. */

import { fileWord } from "./file-words.js";

const DRAGS = ["dragenter", "dragover", "dragleave", "drop"];

export class Picking {
  #button = document.getElementById("msgr-attach");
  #zone = document.querySelector(".msgr-talk");
  #input = document.createElement("input");
  #field;
  #onPicked;

  /** field: the fieldset, which is disabled while nothing can be written */
  constructor({ field, onPicked }) {
    this.#field = field;
    this.#onPicked = onPicked;
  }

  start(body) {
    this.#input.type = "file";
    this.#input.multiple = true;
    this.#input.hidden = true;
    this.#input.accept = this.#field.dataset.accept;
    // unfold expects another field beside each that it finds.
    this.#input.hasChangeListener = true;
    this.#button.after(this.#input);
    this.#button.hidden = false;
    this.#button.addEventListener("click", () => this.#input.click());
    this.#input.addEventListener("change", () => this.#choose());
    body.addEventListener("paste", (event) => this.#paste(event));
    for (const name of DRAGS) {
      this.#zone.addEventListener(name, (event) => this.#drag(event));
    }
  }

  #choose() {
    this.#onPicked([...this.#input.files]);
    // So that the same file can be chosen again.
    this.#input.value = "";
  }

  #paste(event) {
    const { files, types } = event.clipboardData;
    // Of a spreadsheet's cells there is a picture as well: the text is meant.
    const isText = ["text/plain", "text/html"].every((one) =>
      types.includes(one),
    );
    if (isText || files.length === 0) return;
    event.preventDefault();
    this.#onPicked([...files]);
  }

  /** A file that is dropped here must not take the page away, wanted or not. */
  #drag(event) {
    const { dataTransfer, relatedTarget, type } = event;
    if (!dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    const able = !this.#field.disabled;
    const inside = type !== "dragleave" || this.#zone.contains(relatedTarget);
    dataTransfer.dropEffect = able ? "copy" : "none";
    if (able && inside && type !== "drop") {
      this.#zone.dataset.drop = fileWord("drop");
    } else {
      delete this.#zone.dataset.drop;
    }
    if (able && type === "drop") this.#onPicked([...dataTransfer.files]);
  }
}
