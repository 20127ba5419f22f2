/**
 * The dialog of a transfer. Forms with `data-msgr-dialog` lead to a page with the form; here it is fetched and shown
 * over the page instead. What the server refuses stands in the dialog, and what was written stays.
 */

import { getPart, postJson, Refusal } from "./http.js";
import { live } from "./live.js";
import { reasonOf, showToast } from "./toast.js";

const dialog = document.getElementById("msgr-dialog");

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-msgr-dialog]")) open(event);
});
dialog.addEventListener("submit", send);
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-msgr-cancel]")) return;
  event.preventDefault();
  dialog.close();
});
dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  // The button may have been replaced while the dialog was open.
  if (document.activeElement === document.body) {
    document.querySelector("[data-msgr-dialog] [type=submit]")?.focus();
  }
});

async function open(event) {
  event.preventDefault();
  const { submitter, target } = event;
  submitter.disabled = true;
  try {
    const query = new URLSearchParams(new FormData(target));
    const part = await getPart(`${target.action}?${query}`);
    dialog.replaceChildren(...part.children);
    submitter.disabled = false;
    submitter.focus();
    dialog.showModal();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    showToast(reasonOf(error));
  } finally {
    submitter.disabled = false;
  }
}

async function send(event) {
  event.preventDefault();
  const { submitter, target } = event;
  const line = document.getElementById("msgr-dialog-error");
  submitter.disabled = true;
  line.textContent = "";
  try {
    follow(await postJson(target.action, new FormData(target)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    line.textContent = reasonOf(error);
  } finally {
    submitter.disabled = false;
  }
}

/** Where its conversation is still the user's to see the page stays. */
function follow({ location: next, told }) {
  if (next === location.pathname) location.reload();
  else if (next) location.assign(next);
  else {
    dialog.close();
    live.dispatchEvent(new CustomEvent("look"));
    showToast(told);
  }
}
