import { avatar } from "./avatar.js";
import { h, icon, safeUrl, setText } from "./dom.js";
import { formatMessage } from "./format.js";

/** One message's row: made once, then only brought in line with what changed. */
export class Bubble {
  #context;
  #shown = null;
  #key;
  #time = h("time");
  #status = h("span", { class: "msgr-status" });
  #problem = h("p", { class: "msgr-problem", hidden: true });

  /** context: {strings, dates, base, actions: {retry(key), remove(key)}} */
  constructor(row, context) {
    this.#context = context;
    this.#key = row.key;
    const { strings } = context;
    const text = h("div", { class: "msgr-text" });
    text.append(formatMessage(row.body));
    const name = row.mine ? strings.you : row.sender || strings.operator;
    this.element = h(
      "div",
      { class: `msgr-row ${row.mine ? "msgr-mine" : "msgr-theirs"}` },
      row.mine ? null : avatar(name, row.avatar, context.base),
      h(
        "div",
        { class: "msgr-stack" },
        h("p", { class: row.mine ? "msgr-hidden" : "msgr-name" }, name),
        h(
          "div",
          { class: "msgr-bubble" },
          row.body ? text : null,
          ...this.#files(row),
        ),
        // Ticks and times change all the time: not to be read out by the log.
        h(
          "p",
          { class: "msgr-meta", "aria-live": "off" },
          this.#time,
          this.#status,
        ),
        this.#problem,
      ),
    );
    this.update(row);
  }

  update(row) {
    const shown = [
      row.first,
      row.last,
      row.marked,
      row.state,
      row.detail,
      +row.date,
    ].join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { classList } = this.element;
    classList.toggle("msgr-first", row.first);
    classList.toggle("msgr-last", row.last);
    classList.toggle("msgr-marked", row.marked);
    this.#showTime(row.date);
    if (this.element.dataset.state !== row.state) this.#showState(row);
    this.#showProblem(row);
  }

  #showTime(date) {
    const { dates } = this.#context;
    setText(this.#time, dates.clock(date));
    this.#time.dateTime = date.toISOString();
    this.#time.title = dates.full(date);
  }

  #showState({ mine, state }) {
    this.element.dataset.state = state;
    if (!mine) return;
    const name = state === "waiting" ? "sending" : state;
    const text = h(
      "span",
      { class: "msgr-hidden" },
      this.#context.strings[state],
    );
    this.#status.replaceChildren(icon(name), text);
  }

  #showProblem({ state, detail }) {
    const { actions, strings } = this.#context;
    const failed = state === "failed";
    this.#problem.hidden = !failed && state !== "waiting";
    this.#problem.replaceChildren();
    if (this.#problem.hidden) return;
    const retry = this.#button(strings.retry, actions.retry);
    const remove = failed ? this.#button(strings.remove, actions.remove) : null;
    const text = [strings[state], detail].filter(Boolean).join(". ");
    this.#problem.append(
      ...[h("span", {}, text), retry, remove].filter(Boolean),
    );
  }

  #button(label, action) {
    const button = h("button", { type: "button", class: "msgr-link" }, label);
    button.addEventListener("click", () => action(this.#key));
    return button;
  }

  #files({ attachments }) {
    const { base, strings } = this.#context;
    return attachments.map((file) => {
      const name = file.original_name || "";
      const size = readableSize(file.size);
      return h(
        "a",
        {
          class: "msgr-file",
          href: safeUrl(file.url, base),
          target: "_blank",
          rel: "noopener noreferrer",
          "aria-label": strings.attachment(name, size),
        },
        icon("file"),
        h("span", { class: "msgr-file-name" }, name),
        h("span", { class: "msgr-file-size" }, size),
      );
    });
  }
}

function readableSize(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = ["byte", "kilobyte", "megabyte"];
  const power = Math.min(
    2,
    Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)),
  );
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: units[power],
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(bytes / 1024 ** power);
}
