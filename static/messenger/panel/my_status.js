/** "My status", above the list and in the user menu: sent as soon as it is chosen, and the same in both. */

import { postJson, Refusal } from "./http.js";

// On its way to a value a select that is moved by keys names those between.
const PAUSE_MS = 600;
// Hidden tabs ask nothing, and must know who is not to be disturbed.
const tabs = new BroadcastChannel("msgr-my-status");

export class MyStatus {
  #forms = [...document.querySelectorAll("[data-msgr-my-status]")];
  #known;
  #chosen;
  #timer = 0;
  #sending = false;
  #byKeys = false;

  /** False where the page shows none: to its reader no conversations come. */
  start() {
    if (!this.#forms.length) return false;
    this.#known = this.#chosen = this.#forms[0].dataset.status;
    for (const form of this.#forms) this.#listen(form);
    tabs.addEventListener("message", ({ data }) => this.learn(data));
    return true;
  }

  get user() {
    return Number(this.#forms[0].dataset.user);
  }

  get teamUrl() {
    return this.#forms[0].dataset.teamUrl;
  }

  /** What the server knows, perhaps from another tab; a choice that is on its way to it goes before. */
  learn(status) {
    if (!status || this.#sending || this.#timer) return;
    this.#known = this.#chosen = status;
    this.#paint();
  }

  #listen(form) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#choose(event.submitter?.value || form.elements.status.value);
    });
    const select = form.querySelector("select");
    select?.addEventListener("pointerdown", () => {
      this.#byKeys = false;
    });
    select?.addEventListener("keydown", () => {
      this.#byKeys = true;
    });
    select?.addEventListener("change", () =>
      this.#choose(select.value, this.#byKeys ? PAUSE_MS : 0),
    );
    select?.addEventListener("blur", () => this.#timer && this.#send());
  }

  #choose(status, wait = 0) {
    this.#chosen = status;
    this.#paint();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), wait);
  }

  async #send() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#sending) return;
    this.#sending = true;
    this.#tell("");
    try {
      while (this.#chosen !== this.#known) await this.#post(this.#chosen);
    } catch (error) {
      this.#chosen = this.#known;
      if (!(error instanceof Refusal)) throw error;
      this.#tell(wordFor(error));
    } finally {
      this.#sending = false;
      this.#paint();
    }
  }

  async #post(status) {
    await postJson(this.#forms[0].action, new URLSearchParams({ status }));
    this.#known = status;
    tabs.postMessage(status);
  }

  #paint() {
    for (const form of this.#forms) {
      form.dataset.status = this.#chosen;
      const select = form.querySelector("select");
      if (select) select.value = this.#chosen;
      const dot = form.querySelector("[data-msgr-my-dot]");
      if (dot) dot.className = `msgr-dot msgr-dot-${this.#chosen}`;
      for (const button of form.querySelectorAll("[aria-pressed]")) {
        const isChosen = button.value === this.#chosen;
        button.setAttribute("aria-pressed", String(isChosen));
      }
    }
  }

  #tell(name) {
    for (const form of this.#forms) {
      const trouble = form.querySelector(".msgr-my-status-trouble");
      trouble.textContent = name ? trouble.dataset[name] : "";
    }
  }
}

function wordFor(error) {
  if (error.isLoggedOut) return "loggedOut";
  return error.isTemporary ? "offline" : "refused";
}
