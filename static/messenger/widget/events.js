/** Parses text/event-stream as it comes in, in pieces cut anywhere. */
export class EventParser {
  #buffer = "";
  #event = "";
  #data = [];
  #onEvent;

  /** onEvent({type, data}): `data` is the event's text. */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  feed(text) {
    this.#buffer += text;
    // A \r at the end may be the first half of \r\n: it waits for what follows.
    const lines = this.#buffer.split(/\r\n|\n|\r(?!$)/);
    this.#buffer = lines.pop();
    for (const line of lines) this.#line(line);
  }

  #line(line) {
    if (line === "") {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
  }

  #dispatch() {
    const type = this.#event || "message";
    const data = this.#data.join("\n");
    const told = this.#data.length > 0 || this.#event !== "";
    this.#event = "";
    this.#data = [];
    if (told) this.#onEvent({ type, data });
  }
}
