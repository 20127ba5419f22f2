/** An inbox's page: the preview beside the form, and the buttons that try the inbox or renew its keys. */

import { getJson } from "./http.js";
import { Preview } from "./inbox-preview.js";
import { enableProof } from "./inbox-proof.js";
import { enableWebhookTest } from "./inbox-webhook.js";

new Preview(document.getElementById("msgr-peek")).start();
const proof = document.querySelector("[data-msgr-proof]");
if (proof) enableProof(proof);
const hook = document.querySelector("[data-msgr-hook]");
if (hook) enableWebhookTest(hook);

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  const { msgrShow, msgrUnmask, msgrHours, msgrClose } = button.dataset;
  if (msgrShow) document.getElementById(msgrShow).showModal();
  else if (msgrClose !== undefined) button.closest("dialog").close();
  else if (msgrUnmask) unmask(button, document.getElementById(msgrUnmask));
  else if (msgrHours) checkHours(button);
});

// What was refused is on this page alone: leaving it is asked about, as after any other change.
if (document.querySelector("#msgr-inbox-errors, .msgr-tab-errors")) {
  document.getElementById("id_name")?.dispatchEvent(new Event("input"));
}

function unmask(button, secret) {
  const masked = secret.classList.toggle("msgr-masked");
  button.setAttribute("aria-pressed", String(!masked));
}

async function checkHours(button) {
  const line = document.querySelector("[data-msgr-hours-said]");
  button.disabled = true;
  try {
    line.textContent = (await getJson(button.dataset.msgrHours)).told;
  } catch {
    line.textContent = button.dataset.offline;
  } finally {
    button.disabled = false;
    button.focus();
  }
}
