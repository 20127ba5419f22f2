import { DetailsForm } from "./details-form.js";
import { h } from "./dom.js";
import { ConsentField, TextField } from "./fields.js";
import { privacy } from "./privacy.js";
import { asksFirst, isGated, prechatFields } from "./settings.js";

const PREFIX = "msgr-prechat";

/** Details and consent that the inbox asks for before the first message. */
export function create(context) {
  return new Prechat(context);
}

class Prechat {
  #context;
  #form = null;
  #formOf = null;
  #words = null;

  constructor(context) {
    this.#context = context;
  }

  render(state) {
    const { panel } = this.#context;
    const key = asksFirst(state) ? wanted(state.settings) : null;
    if (key === this.#formOf) return;
    this.#formOf = key;
    // Asked anew, perhaps for something else: what was typed is not asked for again.
    const typed = new Map(this.#form?.values);
    const { privacy_text: text, privacy_url: url } = state.settings;
    const words = JSON.stringify([text, url]);
    // Whoever agreed to other words has not agreed to these.
    if (words !== this.#words) typed.delete("consent");
    this.#words = words;
    this.#form = key && this.#make(state.settings, typed);
    panel.setForm(this.#form?.element ?? null);
  }

  #make(settings, typed) {
    const { actions, strings } = this.#context;
    const fields = this.#fields(settings);
    for (const field of fields) {
      if (typed.has(field.name)) field.value = typed.get(field.name);
    }
    const { consent_required: asks, privacy_text: text } = settings;
    return new DetailsForm({
      actions,
      fields,
      also: asks && text ? { privacy_text: text } : {},
      strings,
      label: strings.beforeStart,
      submit: strings.goOn,
      other: isGated(settings) ? null : this.#skipButton(),
      onEmpty: () => this.#skip(),
      onDone: (given) => {
        this.#context.storage.update({ skipped: true });
        actions.settle(without(settings, given));
      },
    });
  }

  #fields(settings) {
    const { base, strings } = this.#context;
    const fields = prechatFields(settings).map((name) => {
      const required = settings.prechat_fields[name] === "required";
      const note = required ? "" : strings.optional;
      return new TextField(name, { prefix: PREFIX, required, note, strings });
    });
    if (settings.consent_required) {
      const text = settings.privacy_text || strings.consent;
      const words = privacy({ ...settings, privacy_text: text }, strings, base);
      fields.push(new ConsentField(words, { prefix: PREFIX, strings }));
    }
    return fields;
  }

  #skipButton() {
    const button = h("button", { type: "button" }, this.#context.strings.skip);
    button.addEventListener("click", () => this.#skip());
    return button;
  }

  /** For good: on the next page nobody is asked again. */
  #skip() {
    const { actions, storage } = this.#context;
    storage.update({ skipped: true });
    actions.settle({ skipped: true });
  }
}

function wanted(settings) {
  const { prechat_fields, consent_required, privacy_text, privacy_url } =
    settings;
  return JSON.stringify([
    prechatFields(settings).map((name) => [name, prechat_fields[name]]),
    consent_required,
    privacy_text,
    privacy_url,
  ]);
}

/** What remains to be asked: after this form, nothing. */
function without({ details_wanted = [] }, given) {
  return {
    prechat_fields: {},
    prechat_required: false,
    consent_required: false,
    details_wanted: details_wanted.filter((name) => !given.includes(name)),
  };
}
