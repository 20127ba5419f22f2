import { h, onSubmit, setText } from "./dom.js";
import { requestError } from "./http.js";

/**
 * Sends what was filled in to contact/. `onDone` gets the names of what was taken, and
 * `onEmpty` the first field if nothing was filled in. After an error everything stays as
 * typed, and the first wrong field has the focus.
 */
export class DetailsForm {
  #options;
  #problem = h("p", { class: "msgr-error", role: "alert" });
  #busy = false;

  constructor(options) {
    this.#options = options;
    const { fields, label, labelledby, other, strings, submit } = options;
    this.submit = h("button", { class: "msgr-button" }, submit);
    if (other) other.classList.add("msgr-quiet");
    this.element = h(
      "form",
      {
        class: "msgr-form",
        novalidate: true,
        "aria-label": label,
        "aria-labelledby": labelledby,
      },
      ...fields.map(({ element }) => element),
      this.#problem,
      h("div", { class: "msgr-actions" }, this.submit, other),
    );
    onSubmit(this.submit, () => this.#send(strings));
  }

  get values() {
    const { fields } = this.#options;
    return fields.map(({ name, value }) => [name, value]);
  }

  #send(strings) {
    const { fields, onEmpty } = this.#options;
    if (this.#busy) return;
    setText(this.#problem, "");
    const wrong = fields.filter((field) => !field.check());
    const values = this.values.filter(([, value]) => value);
    if (wrong.length) wrong[0].input.focus();
    else if (values.length) this.#post(values, strings);
    else onEmpty(fields[0]);
  }

  async #post(values, strings) {
    const { actions, also = {}, onDone } = this.#options;
    this.#setBusy(true);
    try {
      await actions.post("contact/", {
        ...also,
        ...Object.fromEntries(values),
      });
      onDone(values.map(([name]) => name));
    } catch (error) {
      this.#refused(requestError(error), strings);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.submit.setAttribute("aria-disabled", String(busy));
  }

  #refused({ answer, detail }, strings) {
    const { fields: errors = {} } = answer;
    const wrong = this.#options.fields.filter(({ name }) =>
      Object.hasOwn(errors, name),
    );
    for (const field of wrong)
      field.fail([errors[field.name]].flat().join(" "));
    if (wrong.length) wrong[0].input.focus();
    else setText(this.#problem, detail || strings.notTaken);
  }
}
