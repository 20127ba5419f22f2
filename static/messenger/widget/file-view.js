import { h } from "./dom.js";
import { FileCell } from "./file-cell.js";

/** The files of one message, from the moment of sending to what the server made of them. */
export class FileView {
  #cells = [];
  #grid = h("div", { class: "msgr-files" });
  #progress = null;
  #row;
  #context;

  constructor(row, context) {
    this.#context = context;
    this.element = h("div", { class: "msgr-files-box" }, this.#grid);
    if (row.files) {
      context.files.restore({ id: row.client_message_id, files: row.files });
    }
    this.update(row);
  }

  update(row) {
    const files = row.attachments ?? row.files;
    files.forEach((file, index) => {
      this.#cell(index).update(file, row.id);
    });
    for (const cell of this.#cells.splice(files.length)) cell.element.remove();
    const pictures = this.#cells.filter(({ isPicture }) => isPicture);
    this.#grid.classList.toggle("msgr-many", pictures.length > 1);
    this.#row = row;
    this.#renderProgress(row);
  }

  #cell(index) {
    if (!this.#cells[index]) {
      this.#cells[index] = new FileCell(this.#context);
      this.#grid.append(this.#cells[index].element);
    }
    return this.#cells[index];
  }

  #renderProgress({ files, progress = 0, state }) {
    const under = files && ["sending", "waiting"].includes(state);
    if (!under) {
      this.#progress?.element.remove();
      this.#progress = null;
      return;
    }
    this.#progress ??= this.#makeProgress();
    const { bar, cancel } = this.#progress;
    bar.setAttribute("aria-valuenow", String(progress));
    bar.style.setProperty("--msgr-done", `${progress}%`);
    // All is with the server: it may be stored already.
    cancel.disabled = progress >= 100 || files.some(({ blob }) => !blob);
  }

  #makeProgress() {
    const { actions, strings } = this.#context;
    const bar = h("div", {
      class: "msgr-progress",
      role: "progressbar",
      "aria-label": strings.uploading,
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    });
    const cancel = h(
      "button",
      { type: "button", class: "msgr-link" },
      strings.cancel,
    );
    cancel.addEventListener("click", () => actions.cancel(this.#row));
    const element = h(
      "div",
      { class: "msgr-upload", "aria-live": "off" },
      bar,
      cancel,
    );
    this.element.append(element);
    return { element, bar, cancel };
  }
}
