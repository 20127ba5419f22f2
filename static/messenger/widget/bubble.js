import { h, icon, safeUrl, setText } from "./dom.js";
import { formatMessage } from "./format.js";

/** Made once, then only brought in line with what changed. */
export class Bubble {
  #context;
  #shown = null;
  #key;
  #time = h("time");
  #status = h("span", { class: "msgr-status" });
  #problem = h("p", { class: "msgr-problem", hidden: true });
  #files = null;
  #view = null;

  constructor(row, context) {
    this.#context = context;
    this.#key = row.key;
    const { strings } = context;
    const text = h("div", { class: "msgr-text" });
    text.append(formatMessage(row.body));
    const name = row.mine ? strings.you : row.sender_name || strings.operator;
    this.element = h(
      "div",
      { class: `msgr-row ${row.mine ? "msgr-mine" : "msgr-theirs"}` },
      row.mine ? null : avatar(name, row.sender_avatar, context.base),
      h(
        "div",
        { class: "msgr-stack" },
        h("p", { class: row.mine ? "msgr-hidden" : "msgr-name" }, name),
        row.body ? h("div", { class: "msgr-bubble" }, text) : null,
        this.#makeFiles(row),
        // Changes all the time: not to be read out by the log.
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
    this.#showFiles(row);
    const shown = [
      row.first,
      row.last,
      row.marked,
      row.state,
      row.detail,
      +row.date,
      row.files?.every(({ blob }) => blob),
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
    setText(this.#time, dates.format("clock", date));
    this.#time.dateTime = date.toISOString();
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

  #showProblem({ state, detail, files = [] }) {
    const { actions, strings } = this.#context;
    const failed = state === "failed";
    this.#problem.hidden = !failed && state !== "waiting";
    this.#problem.replaceChildren();
    if (this.#problem.hidden) return;
    const gone = failed && files.some(({ blob }) => !blob);
    const retry = gone ? null : this.#button(strings.retry, actions.retry);
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

  /** Plain links, until what shows files better is there. */
  #makeFiles({ attachments = [], files = attachments }) {
    if (!files.length) return null;
    this.#context.attachments.use();
    const links = files.map(({ url, name, original_name }) =>
      h(
        "a",
        {
          class: "msgr-file",
          href: url && safeUrl(url, this.#context.base),
          target: "_blank",
          rel: "noopener noreferrer",
        },
        icon("file"),
        h("bdi", {}, original_name ?? name),
      ),
    );
    this.#files = h("div", {}, ...links);
    return this.#files;
  }

  #showFiles(row) {
    const { actions, attachments } = this.#context;
    if (!this.#files || !attachments.files) return;
    if (this.#view) {
      this.#view.update(row);
    } else {
      this.#view = attachments.files.makeView(row, actions);
      this.#files.replaceChildren(this.#view.element);
    }
  }
}

export function avatar(name, picture, base) {
  const letters = [...name.trim()];
  const initial = letters[0]?.toUpperCase();
  let hue = 0;
  for (const one of letters) hue += 7 * one.codePointAt(0);
  const node = h("span", { class: "msgr-avatar", "aria-hidden": "true" });
  node.style.setProperty("--msgr-hue", String(hue % 360));
  node.append(initial ?? "");
  const src = picture && safeUrl(picture, base);
  if (src) {
    const image = h("img", { src, alt: "", decoding: "async" });
    image.addEventListener("error", () => image.remove());
    node.append(image);
  }
  return node;
}
