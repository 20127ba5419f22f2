/** The card beside the conversation: the contact corrected in place, the client's clock, and the menu of actions. */

import { postJson, Refusal } from "./http.js";
import "./labels.js";
import { live } from "./live.js";
import { reasonOf, showToast } from "./toast.js";

const FIELDS = ["name", "email", "phone"];
const TICK_MS = 10_000;

class ContactForm {
  #form;
  #section;

  constructor(form) {
    this.#form = form;
    this.#section = form.parentElement;
  }

  start() {
    this.#section.addEventListener("click", (event) => {
      const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey);
      if (!isPlain || !event.target.closest(".msgr-edit-contact")) return;
      event.preventDefault();
      this.#open();
    });
    this.#form.addEventListener("submit", (event) => this.#send(event));
    this.#form
      .querySelector("[data-cancel]")
      .addEventListener("click", () => this.#close());
    this.#form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#close();
    });
  }

  /** What the page shows by now, whoever corrected it since it was loaded. */
  #open() {
    const shown = this.#section.querySelector("[data-msgr-part=details]");
    for (const name of FIELDS) {
      this.#form.elements[name].value = shown.dataset[name];
      this.#form.elements[`seen_${name}`].value = shown.dataset[name];
    }
    this.#tell({}, "");
    this.#show(true);
    this.#form.elements.name.focus();
  }

  #close() {
    this.#show(false);
    this.#section.querySelector(".msgr-edit-contact")?.focus();
  }

  #show(isOpen) {
    this.#form.hidden = !isOpen;
    this.#section.classList.toggle("msgr-editing", isOpen);
  }

  async #send(event) {
    event.preventDefault();
    const { submitter } = event;
    if (submitter) submitter.disabled = true;
    this.#tell({}, "");
    try {
      const { told } = await postJson(
        this.#form.action,
        new FormData(this.#form),
      );
      this.#close();
      live.dispatchEvent(new CustomEvent("look"));
      showToast(told);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refuse(error);
    } finally {
      if (submitter) submitter.disabled = false;
    }
  }

  /** What somebody else wrote meanwhile has been seen now: sent once more, ours takes its place. */
  #refuse(error) {
    const { current = {}, fields = {} } = error.payload;
    for (const [name, value] of Object.entries(current)) {
      this.#form.elements[`seen_${name}`].value = value;
    }
    const isAbout = FIELDS.some((name) => fields[name]);
    this.#tell(fields, isAbout ? "" : reasonOf(error));
  }

  #tell(fields, sentence) {
    this.#form.querySelector("[data-error]").textContent = sentence;
    const wrong = FIELDS.filter((name) => {
      const line = this.#form.querySelector(`[data-error-of=${name}]`);
      line.textContent = fields[name]?.join(" ") ?? "";
      const isWrong = line.textContent !== "";
      this.#form.elements[name].setAttribute("aria-invalid", String(isWrong));
      return isWrong;
    });
    if (wrong.length) this.#form.elements[wrong[0]].focus();
  }
}

const form = document.getElementById("msgr-contact-form");
if (form) new ContactForm(form).start();

const clock = document.querySelector("[data-msgr-zone]");
if (clock) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: clock.dataset.msgrZone,
  });
  setInterval(() => {
    clock.textContent = format.format(new Date());
  }, TICK_MS);
}

// The menu is replaced whenever what can be done changes.
document.addEventListener("click", ({ target }) => {
  target.closest?.(".msgr-more-item")?.closest("[popover]").hidePopover();
});
document.addEventListener(
  "toggle",
  ({ target, newState }) => {
    if (target.id !== "msgr-more" || newState !== "open") return;
    menuItems(target)[0]?.focus();
  },
  true,
);
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("#msgr-more");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step) return;
  event.preventDefault();
  const items = menuItems(menu);
  const next = items.indexOf(document.activeElement) + step;
  items[(next + items.length) % items.length].focus();
});

function menuItems(menu) {
  const items = menu.querySelectorAll(".msgr-more-item");
  return [...items].filter((item) => item.checkVisibility());
}
