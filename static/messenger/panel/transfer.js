/**
 * Dialogs: transfer, assign, block. Forms with `data-msgr-dialog` lead to a page with the form; here it is fetched and shown
 * over the page instead. What the server refuses stands in the dialog, and what was written stays.
 */

import { getPart, postJson, Refusal } from "./http.js";
import { live } from "./live.js";
import { reasonOf, showToast } from "./toast.js";

const dialog = document.getElementById("msgr-dialog");
let openedBy = "";

document.addEventListener("submit", (event) => {
  const { submitter, target } = event;
  if ((submitter ?? target).closest("[data-msgr-dialog]")) open(event);
});
dialog.addEventListener("submit", send);
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-msgr-cancel]")) return;
  event.preventDefault();
  dialog.close();
});
dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  // The button may have been replaced while the dialog was open, or is in a menu that is closed now.
  if (document.activeElement === document.body) visibleOpener()?.focus();
});

function visibleOpener() {
  const buttons = document.querySelectorAll(
    "[data-msgr-dialog] [type=submit], [type=submit][data-msgr-dialog], .msgr-more-button",
  );
  const visible = [...buttons].filter((button) => button.checkVisibility());
  return (
    visible.find((button) => addressOf(button) === openedBy) ??
    visible.find((button) => button.matches(".msgr-more-button")) ??
    visible[0]
  );
}

/** A form may have buttons that lead elsewhere. */
function addressOf(button) {
  const own = button.hasAttribute("formaction");
  return own ? button.formAction : button.form?.action;
}

async function open(event) {
  event.preventDefault();
  const { submitter, target } = event;
  openedBy = addressOf(submitter);
  submitter.disabled = true;
  try {
    const query = new URLSearchParams(new FormData(target));
    query.delete("csrfmiddlewaretoken");
    const part = await getPart(`${openedBy}?${query}`);
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
