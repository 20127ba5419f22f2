import { h, icon, onSubmit, setText } from "./dom.js";
import { Picking } from "./picking.js";

const MAX_LENGTH = 2_000;
const COUNT_FROM = 1_800;

export class Composer {
  #options;
  #counter;
  #picking;

  constructor(options) {
    this.#options = options;
    const { strings } = options;
    this.input = h("textarea", {
      class: "msgr-input",
      rows: "1",
      placeholder: strings.placeholder,
      "aria-label": strings.message,
      "aria-describedby": "msgr-counter",
      autocomplete: "off",
      enterkeyhint: "send",
    });
    this.input.value = options.draft;
    // People neither see nor reach it: whoever fills it in is a script.
    this.trap = h("input", {
      class: "msgr-hidden",
      name: "website",
      tabindex: "-1",
      autocomplete: "off",
      "aria-hidden": "true",
    });
    this.#counter = h("p", {
      id: "msgr-counter",
      class: "msgr-counter",
      role: "status",
    });
    this.send = h(
      "button",
      { type: "submit", class: "msgr-send", "aria-label": strings.send },
      icon("send"),
    );
    this.#picking = new Picking({
      attachments: options.attachments,
      strings,
      onChange: () => this.#changed(),
      onDone: () => this.#goOn(),
    });
    const { alert, button, input: picker } = this.#picking;
    this.element = h(
      "form",
      { class: "msgr-composer" },
      alert,
      h("div", { class: "msgr-field" }, button, picker, this.input, this.send),
      this.#counter,
      this.trap,
    );
    this.#listen();
    this.#changed();
  }

  render(settings) {
    this.#picking.render(settings);
  }

  takeDrops(panel) {
    this.#picking.takeDrops(panel);
  }

  fit() {
    const { style } = this.input;
    style.setProperty("height", "auto");
    style.setProperty("height", `${this.input.scrollHeight}px`);
  }

  /** A message that was called back before it was sent. */
  putBack({ body, files }) {
    this.#write([body, this.input.value].filter(Boolean).join("\n"));
    this.#options.onInput(this.input.value);
    this.input.focus();
    this.#picking.add(files.map(({ blob }) => blob));
  }

  #listen() {
    onSubmit(this.send, () => this.#submit());
    this.input.addEventListener("input", () => {
      this.#changed();
      this.fit();
      this.#options.onInput(this.input.value);
    });
    this.input.addEventListener("keydown", (event) => {
      // 229: Safari ends an IME composition before it tells of the key.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key !== "Enter" || event.shiftKey || composing) return;
      event.preventDefault();
      this.#submit();
    });
    this.input.addEventListener("paste", (event) => this.#picking.paste(event));
  }

  async #submit() {
    this.input.focus();
    await this.#picking.ready;
    const text = this.input.value.trim();
    if (!this.#hasContent(text) || length(text) > MAX_LENGTH) return;
    this.#write("");
    this.#options.onSend(text, this.#picking.take());
  }

  /** On a touch screen the keyboard would cover what was chosen. */
  #goOn() {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    (touch ? this.#picking.button : this.input).focus();
  }

  #write(text) {
    this.input.value = text;
    this.#changed();
    this.fit();
  }

  #hasContent(text) {
    return Boolean(text || this.#picking.count);
  }

  #changed() {
    const { strings } = this.#options;
    const text = this.input.value.trim();
    const count = length(text);
    const over = count - MAX_LENGTH;
    const near = count >= COUNT_FROM;
    this.send.setAttribute(
      "aria-disabled",
      String(!this.#hasContent(text) || over > 0),
    );
    this.#counter.hidden = !near;
    this.#counter.classList.toggle("msgr-over", over > 0);
    setText(
      this.#counter,
      near ? (over > 0 ? strings.tooLong(over) : strings.left(-over)) : "",
    );
    this.input.setAttribute("aria-invalid", String(over > 0));
  }
}

/** In characters as the server counts them, not in UTF-16 units. */
function length(text) {
  return [...text].length;
}
