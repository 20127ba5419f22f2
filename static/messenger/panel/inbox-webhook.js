/** Sends a test to the inbox's webhook and says what came of it. */

import { postJson, Refusal } from "./http.js";

const SECRET_BYTES = 24;

export function enableWebhookTest(root) {
  const button = root.querySelector("[data-msgr-test]");
  root.querySelector("[data-msgr-secret]").addEventListener("click", fill);
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

/** As Standard Webhooks has them: receivers' libraries take it as it is. */
function fill() {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const field = document.getElementById("id_webhook_secret");
  field.value = `whsec_${btoa(String.fromCharCode(...bytes))}`;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function show(root, { told = "", good = false, answer = "" }) {
  const said = root.querySelector("[data-msgr-said]");
  said.textContent = told;
  said.className = good ? "msgr-good" : "msgr-bad";
  said.hidden = !told;
  const shown = root.querySelector("[data-msgr-hook-answer]");
  shown.textContent = answer;
  shown.hidden = !answer;
}
