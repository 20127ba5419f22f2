/** Which of the two is being written, an answer or a note, and the field's words for it. Fires `change`. */

export class Kinds extends EventTarget {
  #form = document.getElementById("msgr-composer");
  #label = document.getElementById("msgr-body-label");
  #body = document.getElementById("msgr-body");

  start() {
    this.#form.dataset.kind = this.current;
    const choice = document.getElementById("msgr-kinds");
    choice.addEventListener("change", () => this.#changed());
    // Whoever chose by the pointer wants to write; arrows go on choosing.
    choice.addEventListener("click", ({ detail, target }) => {
      if (detail > 0 && target.matches("input")) this.#body.focus();
    });
  }

  get current() {
    return this.#form.elements.kind.value;
  }

  get isNote() {
    return this.current === "note";
  }

  choose(kind) {
    if (kind === this.current) return;
    this.#radio(kind).checked = true;
    this.#changed();
  }

  toggle() {
    this.choose(this.isNote ? "answer" : "note");
  }

  /** The kind that isn't shown has something that waits. */
  markDraft(kind, hasDraft) {
    const dot = this.#radio(kind)
      .closest("label")
      .querySelector(".msgr-kind-draft");
    dot.hidden = !hasDraft;
  }

  #changed() {
    const { label, placeholder } = this.#radio(this.current).dataset;
    this.#form.dataset.kind = this.current;
    this.#label.textContent = label;
    this.#body.placeholder = placeholder;
    this.dispatchEvent(new CustomEvent("change"));
  }

  #radio(kind) {
    return this.#form.querySelector(`[name=kind][value="${kind}"]`);
  }
}
