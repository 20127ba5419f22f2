/** Makes the hash of a user id, and compares it with what the site's server made. */

import { postJson, Refusal } from "./http.js";

export function enableProof(root) {
  const [id, hash] = root.querySelectorAll("input");
  const button = root.querySelector("button");
  // They are no settings: the form neither counts them as changes nor is sent by Enter in them.
  root.addEventListener("input", (event) => event.stopPropagation(), true);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    button.click();
  });
  button.addEventListener("click", async () => {
    const body = new URLSearchParams({ id: id.value, hash: hash.value });
    button.disabled = true;
    try {
      show(root, await postJson(root.dataset.msgrProof, body));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      show(root, { detail: error.payload.detail ?? root.dataset.offline });
    } finally {
      button.disabled = false;
    }
  });
}

function show(root, { hash = "", matches, detail = "" }) {
  const answer = root.querySelector("[data-msgr-answer]");
  answer.textContent = hash;
  answer.hidden = !hash;
  const said = root.querySelector("[data-msgr-said]");
  const verdict = matches ? root.dataset.matches : root.dataset.differs;
  said.textContent = detail || (matches === undefined ? "" : verdict);
  said.classList.toggle("msgr-bad", Boolean(detail) || matches === false);
  said.hidden = !said.textContent;
}
