/**
 * Suggestions above the field while something like `/hel` or `@an` is typed in it: chosen by arrows and Enter, or
 * by a click. The server makes the list, and what each option writes.
 */

import { getPart, Refusal } from "./http.js";

const DEBOUNCE_MS = 120;

export class Completion {
  #field;
  #sources;
  #box = document.getElementById("msgr-completion");
  #list = document.getElementById("msgr-suggestions");
  #empty = document.getElementById("msgr-completion-empty");
  #status = document.getElementById("msgr-completion-status");
  #timer = 0;
  #asked = 0;
  // What stands before the caret: whose trigger, from where, and what was typed behind it.
  #match = null;
  #dismissed = -1;

  /** sources: name, trigger (a pattern at the caret, whose group is what was typed), url, isOn */
  constructor({ field, sources }) {
    this.#field = field;
    this.#sources = sources;
  }

  start() {
    this.#field.setAttribute("aria-controls", this.#list.id);
    this.#field.addEventListener("input", () => this.#look());
    this.#field.addEventListener("click", () => this.#look());
    this.#field.addEventListener("keydown", (event) => this.#onKey(event));
    this.#field.addEventListener("blur", () => this.close());
    // The field keeps the focus.
    this.#box.addEventListener("pointerdown", (event) =>
      event.preventDefault(),
    );
    this.#list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.#pick(option);
    });
  }

  get isOpen() {
    return !this.#box.hidden;
  }

  close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#match = null;
    this.#box.hidden = true;
    this.#list.replaceChildren();
    this.#status.textContent = "";
    this.#field.removeAttribute("aria-activedescendant");
  }

  /** Writes the sign by which a list opens. */
  open(sign) {
    const { selectionStart: caret, value } = this.#field;
    const isApart = caret === 0 || /\s/.test(value[caret - 1]);
    this.#dismissed = -1;
    write(this.#field, caret, isApart ? sign : ` ${sign}`);
  }

  #look() {
    const match = this.#found();
    if (!match) this.#dismissed = -1;
    if (!match || match.from === this.#dismissed) {
      this.close();
      return;
    }
    this.#match = match;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(match), DEBOUNCE_MS);
  }

  #found() {
    const { selectionEnd, selectionStart, value } = this.#field;
    if (selectionStart !== selectionEnd) return null;
    const before = value.slice(0, selectionStart);
    for (const source of this.#sources.filter(({ isOn }) => isOn())) {
      const typed = before.match(source.trigger)?.[1];
      if (typed !== undefined) {
        return { source, typed, from: selectionStart - typed.length - 1 };
      }
    }
    return null;
  }

  async #ask({ source, typed }) {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const query = new URLSearchParams({ q: typed });
      const part = await getPart(`${source.url}?${query}`);
      if (asked === this.#asked) this.#show(source, typed, [...part.children]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (asked === this.#asked) this.close();
    }
  }

  #show({ name }, typed, options) {
    if (options.length === 0 && typed) {
      this.close();
      return;
    }
    for (const [number, option] of options.entries()) {
      option.id = `msgr-suggestion-${number}`;
    }
    this.#list.setAttribute("aria-label", this.#list.dataset[`${name}Label`]);
    this.#list.replaceChildren(...options);
    this.#list.hidden = options.length === 0;
    this.#empty.textContent = this.#empty.dataset[name];
    this.#empty.hidden = options.length > 0;
    this.#status.textContent =
      options.length > 0
        ? this.#status.dataset.found.replace("%(n)s", options.length)
        : this.#empty.textContent;
    this.#box.hidden = false;
    this.#activate(options[0]);
  }

  #onKey(event) {
    if (!this.isOpen || event.ctrlKey || event.metaKey || event.altKey) return;
    const verbs = {
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
      Enter: () => this.#pick(this.#active),
      Tab: () => this.#pick(this.#active),
      Escape: () => this.#dismiss(),
    };
    const verb = verbs[event.key];
    if (!verb || event.shiftKey || event.isComposing) return;
    if (!this.#active && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    verb();
  }

  get #active() {
    return this.#list.querySelector("[aria-selected=true]");
  }

  #step(by) {
    const options = [...this.#list.children];
    const place = options.indexOf(this.#active) + by;
    this.#activate(options.at(place % options.length));
  }

  #activate(option) {
    this.#active?.setAttribute("aria-selected", "false");
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#field.setAttribute("aria-activedescendant", option.id);
  }

  /** As long as this one is typed on, it stays away. */
  #dismiss() {
    this.#dismissed = this.#match.from;
    this.close();
  }

  #pick(option) {
    const { from } = this.#match;
    this.#dismissed = from;
    this.close();
    write(this.#field, from, option.dataset.text);
  }
}

/** Replaces what stands between `from` and the caret, in a way that can be undone. */
function write(field, from, text) {
  field.focus();
  field.setSelectionRange(from, field.selectionStart);
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, from, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
