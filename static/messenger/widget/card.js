import { h, setText } from "./dom.js";

/** At the end of the log: a question with its title, and thanks in its place. */
export class Card {
  #panel;
  #title;

  constructor(panel, id) {
    this.#panel = panel;
    this.#title = h("p", { id, class: "msgr-card-title", role: "status" });
    this.element = h("div", { class: "msgr-card", hidden: true }, this.#title);
    panel.log.cards.append(this.element);
  }

  ask(title, ...content) {
    this.#fill(title, content);
  }

  thank(title) {
    this.#fill(title, []);
  }

  hide() {
    this.#keepFocus(() => {
      this.element.hidden = true;
    });
  }

  #fill(title, content) {
    this.#keepFocus(() => {
      this.element.hidden = false;
      this.element.classList.toggle("msgr-thanks", content.length === 0);
      this.element.replaceChildren(this.#title, ...content);
    });
    // A live region tells what is written into it, not what it was born with.
    setText(this.#title, title);
  }

  #keepFocus(change) {
    const { activeElement } = this.element.getRootNode();
    const inside = this.element.contains(activeElement);
    change();
    if (inside) this.#panel.focusWriting();
  }
}
