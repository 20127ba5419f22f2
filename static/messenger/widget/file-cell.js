import { h, icon, safeUrl } from "./dom.js";
import { fileName } from "./file-name.js";
import { drawPreview, isPicture } from "./preview.js";

const EDGE_PX = 240;

/**
 * One file: a picture, or a chip with its name. The local picture stays until the
 * server's is there; without either it is a chip.
 */
export class FileCell {
  element = h("a", {
    class: "msgr-file",
    target: "_blank",
    rel: "noopener noreferrer",
  });
  #context;
  #file = null;
  #drawing = false;
  #shown = null;
  #source = null;
  #broken = false;

  constructor(context) {
    this.#context = context;
    // A link that has expired since is renewed before it is followed.
    for (const event of ["pointerenter", "focus"]) {
      this.element.addEventListener(event, () => this.#freshen());
    }
  }

  get isPicture() {
    return this.element.dataset.kind === "picture";
  }

  /** file: of the API, or a local one. */
  update(file, messageId) {
    const { base, files } = this.#context;
    this.#file = {
      name: files.labels.name(file.original_name ?? file.name),
      type: file.content_type ?? file.type,
      size: file.size,
      width: file.width,
      height: file.height,
      url: file.url ? safeUrl(file.url, base) : null,
      messageId,
    };
    this.#link();
    if (!isPicture(this.#file.type)) this.#showChip();
    else if (this.#file.url) this.#load();
    else this.#draw(file.blob);
  }

  #link() {
    const { type, url } = this.#file;
    if (!url) return;
    const href = new URL(url);
    if (!isPicture(type)) href.searchParams.set("download", "1");
    if (this.element.href !== href.href) this.element.href = href.href;
  }

  async #draw(blob) {
    if (this.#drawing || !blob) {
      if (!this.#shown) this.#showPicture(null);
      return;
    }
    this.#drawing = true;
    this.#showPicture(null);
    const preview = await drawPreview(blob, this.#file.name, EDGE_PX);
    if (this.#source) return;
    if (preview) this.#showPicture(preview.canvas, preview);
    else this.#showChip();
  }

  /** Another address of the same file is no reason to load it again, unless it failed. */
  #load() {
    const { height, name, url, width } = this.#file;
    if (this.#source && (!this.#broken || this.#source === url)) return;
    const again = this.#broken;
    const local = this.#shown instanceof HTMLCanvasElement;
    this.#source = url;
    this.#broken = false;
    const image = h("img", {
      alt: name,
      decoding: "async",
      loading: local ? "eager" : "lazy",
      width,
      height,
    });
    image.addEventListener(
      "load",
      () => local && this.#showPicture(image, this.#file),
    );
    image.addEventListener("error", () => this.#failed(again, local));
    image.src = url;
    if (!local) this.#showPicture(image, this.#file);
  }

  #failed(again, local) {
    const { files } = this.#context;
    this.#broken = true;
    if (!local) this.#showChip();
    if (!again) files.refresh(this.#file.messageId);
  }

  #showPicture(picture, { width, height } = this.#file) {
    const { labels } = this.#context.files;
    const { style } = this.element;
    this.element.dataset.kind = "picture";
    if (width && height) {
      const ratio = Math.min(3, Math.max(0.5, width / height));
      style.setProperty("--msgr-ratio", String(ratio));
      style.setProperty("--msgr-natural", `${width}px`);
    }
    this.#shown = picture ?? h("span");
    const about = h("span", { class: "msgr-hidden" }, labels.about(this.#file));
    this.element.replaceChildren(this.#shown, about);
  }

  #showChip() {
    if (this.element.dataset.kind === "chip") return;
    const { labels } = this.#context.files;
    const { name } = this.#file;
    this.element.dataset.kind = "chip";
    this.#shown = h(
      "span",
      { class: "msgr-file-text" },
      fileName(name),
      h("span", { class: "msgr-file-about" }, labels.about(this.#file)),
    );
    const face = h("span", { class: "msgr-file-face" }, icon("file"));
    this.element.replaceChildren(face, this.#shown);
  }

  #freshen() {
    const { messageId, url } = this.#file;
    const until = Number(url && new URL(url).searchParams.get("e")) * 1000;
    if (until && until < Date.now()) this.#context.files.refresh(messageId);
  }
}
