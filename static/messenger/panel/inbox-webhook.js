/** Sends a test to the inbox's webhook and says what came of it. */

import { postJson, Refusal } from "./http.js";

export function enableWebhookTest(root) {
  const button = root.querySelector("button");
  button.addEventListener("click", async () => {
    button.disabled = true;
    show(root, {});
    try {
      show(root, await postJson(root.dataset.msgrHook, new URLSearchParams()));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      show(root, { told: error.payload.detail ?? root.dataset.offline });
    } finally {
      button.disabled = false;
    }
  });
}

function show(root, { told = "", good = false, answer = "" }) {
  const said = root.querySelector("[data-msgr-said]");
  said.textContent = told;
  said.className = good ? "msgr-good" : "msgr-bad";
  said.hidden = !told;
  const shown = root.querySelector("[data-msgr-answer]");
  shown.textContent = answer;
  shown.hidden = !answer;
}
