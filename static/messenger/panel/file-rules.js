/** Which files an answer may have, as far as a browser can tell. The server looks into them. */

import { fileWord, sizeLabel } from "./file-words.js";

export class FileRules {
  #types;
  #maxBytes;

  /** As the page says it; `types` are the extensions of each allowed content type, as JSON. */
  constructor({ types, maxBytes, maxFiles }) {
    this.#types = JSON.parse(types);
    this.#maxBytes = Number(maxBytes);
    this.maxFiles = Number(maxFiles);
  }

  get allowsAny() {
    return Object.keys(this.#types).length > 0;
  }

  /** Why it can't be sent; empty where it can, or where only the server can tell. */
  refusal({ name, size, type }) {
    if (!this.#allows(name, type)) {
      const types = Object.keys(this.#types).map((one) => this.#kind(one));
      return fileWord("not-allowed", { name, types: types.join(", ") });
    }
    if (size === 0) return fileWord("empty", { name });
    if (size <= this.#maxBytes) return "";
    const limit = sizeLabel(this.#maxBytes);
    return fileWord("too-large", { name, limit });
  }

  get tooMany() {
    return fileWord("too-many", { limit: this.maxFiles });
  }

  /** Systems disagree on types: a ZIP is `application/x-zip-compressed` on one of them. */
  #allows(name, type) {
    const extension = name.split(".").pop().toLowerCase();
    const extensions = Object.values(this.#types).flat();
    return type in this.#types || extensions.includes(extension);
  }

  #kind(type) {
    return (this.#types[type][0] ?? type).toUpperCase();
  }
}
