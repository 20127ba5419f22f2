import { Card } from "./card.js";
import { DetailsForm } from "./details-form.js";
import { h } from "./dom.js";
import { TextField } from "./fields.js";
import { asksFirst, DETAILS, isAway } from "./settings.js";

const TITLE = "msgr-details-title";

/** Nobody is there: where may the answer go, if the visitor does not stay? */
export function create(context) {
  return new Details(context);
}

class Details {
  #context;
  #card;
  #shown = null;
  #opening = 0;
  #later = false;
  #thanksAt = null;

  constructor(context) {
    this.#context = context;
    this.#card = new Card(context.panel, TITLE);
  }

  render(state) {
    this.#opening = state.opening;
    const { details_wanted: wanted = [] } = state.settings;
    const asks = asksDetails(state) && !this.#later;
    const thanks = this.#thanksAt === this.#opening ? "thanks" : null;
    const key = asks ? wanted.join() : thanks;
    if (key === this.#shown) return;
    this.#shown = key;
    if (asks) this.#ask(wanted);
    else if (thanks) this.#card.thank(this.#context.strings.detailsThanks);
    else this.#card.hide();
  }

  #ask(wanted) {
    const { actions, strings } = this.#context;
    const names = DETAILS.filter((name) => wanted.includes(name));
    const fields = names.map((name) => {
      // The answer goes to the email: without it the name would be of no use.
      const required = names.length === 1 || name === "email";
      const note = required ? "" : strings.optional;
      return new TextField(name, {
        prefix: "msgr-details",
        required,
        note,
        strings,
      });
    });
    const form = new DetailsForm({
      actions,
      fields,
      strings,
      labelledby: TITLE,
      submit: strings.send,
      other: this.#putOff(),
      onEmpty: (field) => {
        field.fail(strings.required);
        field.input.focus();
      },
      onDone: () => {
        this.#thanksAt = this.#opening;
        actions.settle({ details_wanted: [] });
      },
    });
    this.#card.ask(strings.reach(names.includes("email")), form.element);
  }

  #putOff() {
    const { onChange, strings } = this.#context;
    const button = h("button", { type: "button" }, strings.later);
    button.addEventListener("click", () => {
      this.#later = true;
      onChange();
    });
    return button;
  }
}

/** Once there is something to be answered. */
function asksDetails(state) {
  const { phase, settings, messages, entries } = state;
  const wrote =
    entries.length > 0 || messages.some(({ direction }) => direction === "in");
  return (
    phase === "ready" &&
    wrote &&
    !asksFirst(state) &&
    isAway(settings) &&
    Boolean(settings.details_wanted?.length)
  );
}
