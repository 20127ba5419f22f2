/** Where storage is forbidden, the chat lasts as long as the page. */
export class Storage {
  #memory = {};

  constructor(token) {
    this.key = `messenger:${token}`;
  }

  get record() {
    return { ...this.#memory, ...parse(read("localStorage", this.key)) };
  }

  update(changes) {
    this.#memory = { ...this.record, ...changes };
    write("localStorage", this.key, JSON.stringify(this.#memory));
  }

  get draft() {
    return read("sessionStorage", `${this.key}:draft`) ?? "";
  }

  set draft(text) {
    write("sessionStorage", `${this.key}:draft`, text);
  }

  unsent() {
    return (attempt(() => Object.keys(localStorage)) ?? [])
      .filter((key) => key.startsWith(this.unsentKey("")))
      .map((key) => parse(read("localStorage", key)))
      .filter((entry) => entry?.id && typeof entry.body === "string")
      .sort((one, other) => one.at - other.at);
  }

  // A key for each: two tabs that write at once overwrite nothing.
  unsentKey(id) {
    return `${this.key}:out:${id}`;
  }

  /** Its files' contents are kept elsewhere. */
  keepUnsent(entry) {
    const text = JSON.stringify(entry, function (name) {
      // Not the value that is given: old libraries make a text of every list.
      return name === "blob" ? undefined : this[name];
    });
    write("localStorage", this.unsentKey(entry.id), text);
  }

  dropUnsent(id) {
    write("localStorage", this.unsentKey(id), "");
  }
}

function read(area, key) {
  return attempt(() => window[area].getItem(key));
}

function write(area, key, value) {
  attempt(() =>
    value ? window[area].setItem(key, value) : window[area].removeItem(key),
  );
}

function parse(text) {
  return attempt(() => JSON.parse(text));
}

// Full, forbidden (mere access may throw) or spoilt storage is no reason to stop.
function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
