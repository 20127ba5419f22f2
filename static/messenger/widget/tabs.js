/** What the visitor's other tabs are sending is shown here too, and is steered from here. */
export class Tabs {
  #others = new Map();
  #told = "";
  #options;

  /** options: {conversation, outbox, onChange(), tell(type, said)}. */
  constructor(options) {
    this.#options = options;
    this.unsentChanged();
  }

  /** Unsent entries of all tabs. */
  get entries() {
    const { entries } = this.#options.outbox;
    const known = new Set(entries.map(({ id }) => id));
    const others = [...this.#others.values()].flat();
    return [...entries, ...others.filter(({ id }) => !known.has(id))].sort(
      (one, other) => one.at - other.at,
    );
  }

  sent(message) {
    this.#tell("sent", { message });
  }

  unsentChanged() {
    const entries = this.#texts();
    const told = JSON.stringify(entries);
    if (told === this.#told) return;
    this.#told = told;
    this.#tell("unsent", { entries });
  }

  retry(id) {
    this.#options.outbox.retry(id);
    if (this.#isOthers(id)) this.#tell("retry", { id });
  }

  remove(id) {
    this.#options.outbox.drop(id);
    if (this.#isOthers(id)) this.#tell("remove", { id });
  }

  hear({ type, tab, entries, id, message }) {
    const { conversation, onChange, outbox } = this.#options;
    if (type === "sent") conversation.add(message);
    else if (type === "ask") {
      this.#told = "";
      this.unsentChanged();
    } else if (type === "unsent") {
      this.#others.set(tab, entries);
      onChange();
    } else if (type === "retry") outbox.retry(id);
    else if (type === "remove") outbox.drop(id);
    else if (type === "gone") this.#inherit(tab);
  }

  /** Files can't be told; they outlive a tab by themselves. */
  #texts() {
    return this.#options.outbox.entries
      .filter(({ body, files }) => body && !files?.length)
      .map(({ id, body, at, state, detail }) => ({
        id,
        body,
        at,
        state,
        detail,
      }));
  }

  /** All that are left send it: by its id it is stored once. */
  #inherit(tab) {
    const { outbox } = this.#options;
    const known = new Set(outbox.entries.map(({ id }) => id));
    for (const entry of this.#others.get(tab) ?? []) {
      if (!known.has(entry.id)) outbox.entries.push({ ...entry, attempts: 0 });
    }
    this.#others.delete(tab);
    outbox.run();
  }

  #isOthers(id) {
    return [...this.#others.values()].flat().some((entry) => entry.id === id);
  }

  #tell(type, said) {
    this.#options.tell(type, said);
  }
}
