/**
 * What the widget keeps in the page's own storage, per widget token, and only after
 * the visitor opened it:
 *   localStorage   messenger:<token>             visitor token, look, read mark
 *   localStorage   messenger:<token>:out:<uuid>  one text that is not sent yet
 *   sessionStorage messenger:<token>:draft       the text in the composer
 * A key per unsent text: two tabs that write at once overwrite nothing of each other.
 * A page that forbids storage gets a chat that lasts as long as the page.
 */
export class Storage {
  #key;
  #memory = {};

  constructor(token) {
    this.#key = `messenger:${token}`;
  }

  get key() {
    return this.#key;
  }

  get record() {
    return { ...this.#memory, ...parse(read("localStorage", this.#key)) };
  }

  update(changes) {
    this.#memory = { ...this.record, ...changes };
    write("localStorage", this.#key, JSON.stringify(this.#memory));
  }

  get draft() {
    return read("sessionStorage", `${this.#key}:draft`) ?? "";
  }

  set draft(text) {
    write("sessionStorage", `${this.#key}:draft`, text || null);
  }

  /** The unsent texts in the order in which they were written. */
  unsent() {
    return keys("localStorage")
      .filter((key) => key.startsWith(`${this.#key}:out:`))
      .map((key) => parse(read("localStorage", key)))
      .filter((entry) => entry?.id && typeof entry.body === "string")
      .sort((one, other) => one.at - other.at || one.order - other.order);
  }

  keepUnsent(entry) {
    write(
      "localStorage",
      `${this.#key}:out:${entry.id}`,
      JSON.stringify(entry),
    );
  }

  dropUnsent(id) {
    write("localStorage", `${this.#key}:out:${id}`, null);
  }
}

function keys(area) {
  return attempt(() => Object.keys(window[area])) ?? [];
}

function read(area, key) {
  return attempt(() => window[area].getItem(key)) ?? null;
}

function write(area, key, value) {
  attempt(() =>
    value === null
      ? window[area].removeItem(key)
      : window[area].setItem(key, value),
  );
}

function parse(text) {
  return attempt(() => JSON.parse(text));
}

// Full, forbidden (a SecurityError by mere access) or spoilt storage is no reason to stop.
function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
