import { h, setText } from "./dom.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const PHONE = /^\+?[\d\s().-]{5,}$/;

const INPUTS = {
  name: { type: "text", autocomplete: "name", maxlength: 120 },
  email: {
    type: "email",
    autocomplete: "email",
    inputmode: "email",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: 254,
  },
  phone: {
    type: "tel",
    autocomplete: "tel",
    inputmode: "tel",
    maxlength: 40,
  },
};

/** One control with its name and what is wrong with it. */
class Field {
  constructor(id, input, strings) {
    this.strings = strings;
    this.input = input;
    this.error = h("p", { id: `${id}-error`, class: "msgr-error" });
    input.id = id;
    input.setAttribute("aria-describedby", this.error.id);
    input.addEventListener("input", () => this.fail(""));
  }

  fail(text) {
    setText(this.error, text);
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  /** Whether it may be sent; says what is wrong. */
  check() {
    this.fail(this.wrong());
    return !this.error.textContent;
  }
}

export class TextField extends Field {
  constructor(name, { prefix, required, note, strings }) {
    const id = `${prefix}-${name}`;
    const attributes = { class: "msgr-text-input", name, required };
    super(id, h("input", { ...attributes, ...INPUTS[name] }), strings);
    this.name = name;
    this.element = h(
      "div",
      { class: "msgr-entry" },
      h(
        "label",
        { for: id },
        strings[name],
        note ? h("span", { class: "msgr-optional" }, note) : null,
      ),
      this.input,
      this.error,
    );
  }

  get value() {
    return this.input.value.trim();
  }

  set value(text) {
    this.input.value = text;
  }

  wrong() {
    const { name, value, strings } = this;
    if (!value) return this.input.required ? strings.required : "";
    if (name === "email" && !EMAIL.test(value)) return strings.badEmail;
    if (name === "phone" && !PHONE.test(value)) return strings.badPhone;
    return "";
  }
}

export class ConsentField extends Field {
  name = "consent";

  constructor(text, { prefix, strings }) {
    const id = `${prefix}-consent`;
    super(id, h("input", { type: "checkbox", required: true }), strings);
    this.element = h(
      "div",
      { class: "msgr-entry msgr-consent" },
      this.input,
      h("label", { for: id }, ...text),
      this.error,
    );
  }

  get value() {
    return this.input.checked;
  }

  set value(checked) {
    this.input.checked = checked;
  }

  wrong() {
    return this.value ? "" : this.strings.mustAgree;
  }
}
