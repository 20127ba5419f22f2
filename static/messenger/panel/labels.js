/**
 * Labels are added by a field with a completion list, which takes the place of the select that the page brings.
 *
 * The form of all actions sends them (workspace.js): it knows what the page has, and shows what was refused.
 */

class LabelField {
  #form;
  #labels;
  #input;
  #list;
  #none;
  #shown = [];
  #active = -1;

  constructor(form) {
    this.#form = form;
    this.#labels = [...form.querySelectorAll("option")].map((option) => ({
      id: option.value,
      name: option.textContent,
      color: option.dataset.color,
    }));
    const template = document.getElementById("msgr-label-combobox");
    const field = document.importNode(template.content, true);
    this.#input = field.querySelector("input");
    this.#list = field.querySelector("[role=listbox]");
    this.#none = field.querySelector("[role=status]");
    form.replaceChildren(field);
  }

  start() {
    const input = this.#input;
    input.addEventListener("input", () => this.#open());
    input.addEventListener("focus", () => this.#open());
    input.addEventListener("click", () => this.#open());
    input.addEventListener("blur", () => this.#close());
    input.addEventListener("keydown", (event) => this.#press(event));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    // The field keeps the focus, and so the list stays until it has been clicked.
    this.#list.addEventListener("pointerdown", (event) =>
      event.preventDefault(),
    );
    this.#list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.#choose(option.dataset.id);
    });
  }

  get #isOpen() {
    return this.#input.getAttribute("aria-expanded") === "true";
  }

  #open() {
    const typed = fold(this.#input.value.trim());
    const carried = carriedLabels();
    this.#shown = this.#labels.filter(
      ({ id, name }) => !carried.has(id) && fold(name).includes(typed),
    );
    this.#list.replaceChildren(...this.#shown.map(toOption));
    this.#list.hidden = !this.#shown.length;
    this.#none.hidden = Boolean(this.#shown.length) || !typed;
    this.#input.setAttribute("aria-expanded", String(!this.#list.hidden));
    this.#activate(typed && this.#shown.length ? 0 : -1);
  }

  #close() {
    this.#list.hidden = true;
    this.#none.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
  }

  #press(event) {
    const { key } = event;
    if (key === "Escape" && (this.#isOpen || this.#input.value)) {
      event.stopPropagation();
      this.#input.value = "";
      this.#close();
    } else if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!this.#isOpen) this.#open();
      this.#move(key === "ArrowDown" ? 1 : -1);
    } else if (key === "Enter") {
      event.preventDefault();
      const label = this.#shown[this.#active];
      if (label && this.#isOpen) this.#choose(label.id);
    }
  }

  #move(step) {
    const count = this.#shown.length;
    if (!count) return;
    const from = this.#active < 0 && step < 0 ? 0 : this.#active;
    this.#activate((from + step + count) % count);
  }

  #activate(index) {
    this.#active = index;
    for (const [at, option] of [...this.#list.children].entries()) {
      option.setAttribute("aria-selected", String(at === index));
      if (at === index) option.scrollIntoView({ block: "nearest" });
    }
    const id = this.#list.children[index]?.id ?? "";
    this.#input.setAttribute("aria-activedescendant", id);
  }

  #choose(id) {
    this.#input.value = "";
    this.#close();
    const button = document.createElement("button");
    button.type = "submit";
    button.hidden = true;
    button.setAttribute("formaction", `${this.#form.action}?label=${id}`);
    const actions = document.getElementById("msgr-action-form");
    actions.append(button);
    actions.requestSubmit(button);
    button.remove();
  }
}

function toOption({ id, name, color }) {
  const option = document.createElement("li");
  option.id = `msgr-label-option-${id}`;
  option.dataset.id = id;
  option.className = "msgr-option";
  option.setAttribute("role", "option");
  const chip = document.createElement("span");
  chip.className = "msgr-chip";
  chip.style.setProperty("--msgr-label", color);
  chip.textContent = name;
  option.append(chip);
  return option;
}

function carriedLabels() {
  const chips = document.querySelectorAll(
    "[data-msgr-part=labels] [data-label]",
  );
  return new Set([...chips].map((chip) => chip.dataset.label));
}

/** Case and ё don't matter. */
function fold(text) {
  return text.toLocaleLowerCase().replaceAll("ё", "е");
}

const form = document.getElementById("msgr-label-form");
if (form) new LabelField(form).start();
