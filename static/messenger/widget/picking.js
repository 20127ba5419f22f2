import { h, icon, setText } from "./dom.js";

const DRAGS = ["dragenter", "dragover", "dragleave", "drop"];

/** The ways by which files come to a message: button, paste, drop. The rest is loaded then. */
export class Picking {
  alert = h("p", { class: "msgr-alert", role: "alert" });
  input = h("input", { type: "file", multiple: true, hidden: true });
  /** Done when all that was chosen is in the tray. */
  ready = Promise.resolve();
  #tray = null;
  #settings = {};
  #options;

  /** options: {attachments, onChange, onDone, strings} */
  constructor(options) {
    this.#options = options;
    const { attachments, onDone, strings } = options;
    this.button = h(
      "button",
      {
        type: "button",
        class: "msgr-clip",
        "aria-label": strings.attach,
        hidden: true,
      },
      icon("clip"),
    );
    this.button.addEventListener("click", () => {
      attachments.use();
      this.input.click();
    });
    this.input.addEventListener("change", () => {
      this.add(this.input.files);
      // So that the same file can be chosen again.
      this.input.value = "";
      onDone();
    });
  }

  get count() {
    return this.#tray?.count ?? 0;
  }

  render(settings) {
    this.#settings = settings;
    const { allowed_content_types: types = [] } = settings;
    this.button.hidden = !settings.attachments_enabled;
    this.input.accept = types.join();
  }

  /** One lot after another. */
  add(list) {
    const files = [...list];
    const adding = this.ready.then(() => this.#add(files));
    this.ready = adding.catch(() => {});
    return adding;
  }

  take() {
    setText(this.alert, "");
    return this.#tray?.take() ?? [];
  }

  paste(event) {
    const { files, types } = event.clipboardData;
    // Of a spreadsheet's cells there is a picture as well: the text is meant.
    const rich = ["text/plain", "text/html"].every((one) =>
      types.includes(one),
    );
    if (this.button.hidden || rich || !files.length) return;
    event.preventDefault();
    this.add(files);
  }

  takeDrops(panel) {
    for (const event of DRAGS) {
      panel.addEventListener(event, (drag) => this.#drag(drag, panel));
    }
  }

  /** A file that is dropped here must not take the visitor's page away, wanted or not. */
  #drag(event, panel) {
    const { dataTransfer, relatedTarget, type } = event;
    if (!dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    const able = this.button.getClientRects().length > 0;
    const inside = type !== "dragleave" || panel.contains(relatedTarget);
    dataTransfer.dropEffect = able ? "copy" : "none";
    if (able && inside && type !== "drop") {
      panel.dataset.drop = this.#options.strings.drop;
      this.#options.attachments.use();
    } else {
      delete panel.dataset.drop;
    }
    if (able && type === "drop") this.add(dataTransfer.files);
  }

  async #add(blobs) {
    const { attachments, onChange, onDone, strings } = this.#options;
    const files = await attachments.use((loaded) => loaded);
    if (!files) {
      setText(this.alert, strings.notAttached);
      return;
    }
    if (!this.#tray) {
      this.#tray = files.makeTray({
        alert: this.alert,
        settings: () => this.#settings,
        onChange,
        onEmpty: onDone,
      });
      this.alert.after(this.#tray.element);
    }
    await this.#tray.add(blobs);
  }
}
