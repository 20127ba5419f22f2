import { h, icon, setText } from "./dom.js";
import { inspect } from "./file-checks.js";
import { fileName } from "./file-name.js";
import { drawPreview, isPicture } from "./preview.js";

const THUMB_PX = 44;
const MAX_FILES = 5;
const MAX_BYTES = 10 * 1024 * 1024;

/** Files chosen for the next message. Those that can't be sent are told of in `alert`. */
export class Tray {
  #cards = [];
  #list;
  #options;

  /** options: {alert, labels, onChange, onEmpty, settings(), strings} */
  constructor(options) {
    this.#options = options;
    this.#list = h("ul", {
      class: "msgr-picks",
      "aria-label": options.strings.attached,
    });
    // Read out as they come: the focus stays where it is.
    this.element = h(
      "div",
      { class: "msgr-tray", "aria-live": "polite", hidden: true },
      this.#list,
    );
  }

  get count() {
    return this.#cards.length;
  }

  async add(blobs) {
    const problems = [];
    for (const blob of blobs) {
      const problem = await this.#add(blob);
      if (problem && !problems.includes(problem)) problems.push(problem);
    }
    setText(this.#options.alert, problems.join(" "));
  }

  /** The files, which are no longer here then. */
  take() {
    const files = this.#cards.map(({ file }) => file);
    this.#cards = [];
    this.#list.replaceChildren();
    this.#changed();
    return files;
  }

  async #add(blob) {
    const { labels, settings, strings } = this.#options;
    const {
      allowed_content_types: allowed,
      max_file_size_bytes: maxBytes = MAX_BYTES,
      max_files: maxFiles = MAX_FILES,
    } = settings();
    const name = labels.name(blob.name);
    const { problem, type } = await inspect(blob, { allowed, maxBytes });
    if (problem === "empty") return strings.emptyFile(name);
    if (problem === "tooLarge") {
      return strings.tooLarge(name, labels.size(maxBytes));
    }
    if (problem) return strings.notAllowed(name, labels.types(allowed));
    if (this.count >= maxFiles) return strings.tooMany(maxFiles);
    this.#show({ name, type, size: blob.size, blob });
    return "";
  }

  #show(file) {
    const { labels, strings } = this.#options;
    const remove = h(
      "button",
      {
        type: "button",
        class: "msgr-pick-remove",
        "aria-label": strings.removeFile(file.name),
      },
      icon("close"),
    );
    const face = h("span", { class: "msgr-pick-face" }, icon("file"));
    const element = h(
      "li",
      { class: "msgr-pick" },
      face,
      h(
        "span",
        { class: "msgr-file-text" },
        fileName(file.name),
        h("span", { class: "msgr-file-about" }, labels.about(file)),
      ),
      remove,
    );
    const card = { file, element, remove };
    remove.addEventListener("click", () => this.#remove(card));
    this.#cards.push(card);
    this.#list.append(element);
    this.#changed();
    this.element.scrollTop = this.element.scrollHeight;
    this.#draw(file, face);
  }

  async #draw(file, face) {
    if (!isPicture(file.type)) return;
    const preview = await drawPreview(file.blob, "", THUMB_PX);
    if (!preview) return;
    const { canvas, width, height } = preview;
    Object.assign(file, { width, height });
    canvas.setAttribute("aria-hidden", "true");
    face.replaceChildren(canvas);
  }

  #remove(card) {
    const index = this.#cards.indexOf(card);
    this.#cards.splice(index, 1);
    card.element.remove();
    setText(this.#options.alert, "");
    this.#changed();
    const next = this.#cards[index] ?? this.#cards.at(-1);
    if (next) next.remove.focus();
    else this.#options.onEmpty();
  }

  #changed() {
    this.element.hidden = this.count === 0;
    this.#options.onChange();
  }
}
