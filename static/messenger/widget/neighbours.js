/** The visitor's other tabs: what is for them is loaded when the first one is heard of. */
export class Neighbours {
  #tabs = null;
  #loading = null;
  #outbox;
  #options;

  /** options, beside the outbox: {conversation, onChange, tell}. */
  constructor(outbox, options) {
    this.#outbox = outbox;
    this.#options = options;
  }

  /** All that is unsent, in whichever tab it was written. */
  get entries() {
    return (this.#tabs ?? this.#outbox).entries;
  }

  async hear(said) {
    this.#loading ??= import("./tabs.js").then(
      ({ Tabs }) => {
        this.#tabs = new Tabs({ ...this.#options, outbox: this.#outbox });
      },
      () => {
        this.#loading = null;
      },
    );
    await this.#loading;
    this.#tabs?.hear(said);
  }

  retry(id) {
    (this.#tabs ?? this.#outbox).retry(id);
  }

  remove(id) {
    if (this.#tabs) this.#tabs.remove(id);
    else this.#outbox.drop(id);
  }

  sent(message) {
    this.#tabs?.sent(message);
  }

  unsentChanged() {
    this.#tabs?.unsentChanged();
  }
}
