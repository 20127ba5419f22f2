/** The line of an answer or a note that is still on its way. */

import { fileView } from "./file-view.js";
import { word } from "./toast.js";

export class PendingLine {
  /** actions: onRetry, onCancel, onReturn */
  constructor({ id, kind, text, files }, actions) {
    const template = document.getElementById("msgr-pending");
    this.row = document.importNode(template.content, true).firstElementChild;
    this.row.dataset.clientId = id;
    if (kind === "note") {
      this.row.classList.replace("msgr-message-out", "msgr-message-internal");
    }
    this.#find("text").textContent = text;
    this.showFiles(files);
    this.#find("retry").addEventListener("click", actions.onRetry);
    this.#find("discard").addEventListener("click", actions.onReturn);
    this.#find("cancel").addEventListener("click", actions.onCancel);
  }

  showFiles(files) {
    this.#find("files").replaceChildren(...files.map(fileView));
    this.#find("upload").hidden = files.length === 0;
  }

  /** share: 0 to 1; when all is there the server may have stored it already. */
  showProgress(share) {
    this.#find("progress").value = share;
    this.#find("cancel").hidden = share >= 1;
  }

  showWaiting() {
    this.showProgress(0);
    this.#find("pending-label").textContent = word("offline");
  }

  /** isFinal: another try would end like this one. */
  showFailed(sentence, { isFinal }) {
    this.row.classList.add("msgr-failed");
    this.#find("retry").hidden = isFinal;
    this.#find("failed-label").textContent = `${word("failed")} ${sentence}`;
  }

  hideFailed() {
    this.row.classList.remove("msgr-failed");
    this.showProgress(0);
  }

  #find(name) {
    return this.row.querySelector(`.msgr-${name}`);
  }
}
