import { Card } from "./card.js";
import { h, icon } from "./dom.js";
import { RatingForm } from "./rating-form.js";

const TITLE = "msgr-rating-title";

/** How the visitor liked it, once the conversation is resolved. */
export async function create(context) {
  await context.addStyle("widget/rating.css");
  return new Rating(context);
}

class Rating {
  #context;
  #card;
  #shown = null;
  #opening = 0;
  #answered = false;
  #putOffAt = null;
  #thanksAt = null;

  constructor(context) {
    this.#context = context;
    this.#card = new Card(context.panel, TITLE);
  }

  render({ rating, opening }) {
    this.#opening = opening;
    // Until the question is taken back: news that were under way may still ask.
    if (!rating.requested) this.#answered = false;
    const key = this.#key(rating);
    if (key === this.#shown) return;
    this.#shown = key;
    if (key === null) this.#card.hide();
    else if (key === "thanks") {
      this.#card.thank(this.#context.strings.rateThanks);
    } else this.#ask(rating);
  }

  #key({ requested, type, max }) {
    const asks = requested && !this.#answered;
    if (asks && this.#putOffAt !== this.#opening) return `${type} ${max}`;
    return this.#thanksAt === this.#opening ? "thanks" : null;
  }

  #ask({ type, max }) {
    const { actions, onChange, strings } = this.#context;
    const isNps = type === "nps";
    const form = new RatingForm({
      actions,
      strings,
      scale: isNps ? nps(max, strings) : stars(max, strings),
      onLater: () => {
        this.#putOffAt = this.#opening;
        this.#thanksAt = null;
        onChange();
      },
      onDone: () => {
        this.#answered = true;
        this.#thanksAt = this.#opening;
        onChange();
      },
    });
    this.#card.ask(isNps ? strings.recommend : strings.rate, form.element);
  }
}

function stars(max, strings) {
  const choices = upTo(max).map((index) =>
    choice(index + 1, strings.stars(index + 1), icon("star")),
  );
  return scale("msgr-stars", choices);
}

function nps(max, strings) {
  const [least, most] = strings.ends;
  const meaning = new Map([
    [0, least],
    [max, most],
  ]);
  const choices = upTo(max + 1).map((score) => {
    const label = [score, meaning.get(score)].filter((one) => one != null);
    const face = h("span", { "aria-hidden": "true" }, score);
    return choice(score, label.join(", "), face);
  });
  const ends = h(
    "div",
    { class: "msgr-ends", "aria-hidden": "true" },
    h("span", {}, least),
    h("span", {}, most),
  );
  return h("div", {}, scale("msgr-nps", choices), ends);
}

/** Not by Array.from: old libraries have one that takes no function. */
function upTo(count) {
  return [...new Array(count).keys()];
}

function scale(name, choices) {
  const attributes = { class: name, role: "radiogroup" };
  return h("div", { ...attributes, "aria-labelledby": TITLE }, ...choices);
}

function choice(score, label, face) {
  const input = h("input", {
    type: "radio",
    name: "msgr-score",
    value: String(score),
    "aria-label": label,
  });
  return h("label", { class: "msgr-choice" }, input, face);
}
