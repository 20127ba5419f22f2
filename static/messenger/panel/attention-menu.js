/** "Notifications" in the user menu: sound with its volume, the browser's notifications and what they show. */

import { askPermission, permission } from "./desktop.js";
import { prefer, preferences } from "./preferences.js";
import { playSound } from "./sound.js";

export function startAttentionMenu() {
  const dialog = document.getElementById("msgr-attention");
  const opener = document.querySelector("[data-msgr-attention]");
  if (dialog && opener) new AttentionMenu(dialog, opener).start();
}

class AttentionMenu {
  #dialog;
  #opener;
  #fields;

  constructor(dialog, opener) {
    this.#dialog = dialog;
    this.#opener = opener;
    this.#fields = dialog.querySelector("form").elements;
  }

  start() {
    this.#opener.hidden = false;
    this.#opener.addEventListener("click", () => {
      this.#paint();
      this.#dialog.showModal();
    });
    this.#dialog.addEventListener("input", ({ target }) => this.#keep(target));
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target.closest("[data-msgr-test]")) this.#test();
      else if (target.closest("[data-msgr-ask]")) this.#ask();
      else if (target === this.#dialog) this.#dialog.close();
    });
    // The browser's own settings may change it at any time, other tabs as well.
    navigator.permissions
      ?.query({ name: "notifications" })
      .then((status) => status.addEventListener("change", () => this.#paint()))
      .catch(() => {});
    window.addEventListener("storage", () => this.#paint());
    this.#paint();
  }

  #keep({ name, type, checked, valueAsNumber }) {
    prefer({ [name]: type === "checkbox" ? checked : valueAsNumber });
    this.#paint();
  }

  #test() {
    playSound(preferences().volume);
  }

  async #ask() {
    if ((await askPermission()) === "granted") prefer({ desktop: true });
    this.#paint();
    // The button that was pressed may be gone.
    this.#fields.namedItem("desktop").focus();
  }

  #paint() {
    const { sound, volume, desktop, text } = preferences();
    const state = permission();
    const allowed = state === "granted";
    this.#fields.namedItem("sound").checked = sound;
    this.#fields.namedItem("volume").value = volume;
    this.#fields.namedItem("volume").disabled = !sound;
    this.#fields.namedItem("desktop").checked = desktop && allowed;
    this.#fields.namedItem("desktop").disabled = !allowed;
    this.#fields.namedItem("text").checked = text;
    this.#fields.namedItem("text").disabled = !(desktop && allowed);
    for (const line of this.#dialog.querySelectorAll("[data-msgr-when]")) {
      line.hidden = line.dataset.msgrWhen !== state;
    }
    const { on, off } = this.#opener.dataset;
    const told = sound || (desktop && allowed) ? on : off;
    this.#opener.querySelector("[data-msgr-told]").textContent = told;
  }
}
