/** The form of a canned response: shows how the text will read while it is written, and writes its variables. */

import { postPart, Refusal } from "./http.js";

const DEBOUNCE_MS = 300;

const field = document.querySelector("textarea[name=text]");
const list = document.querySelector("[data-msgr-variables]");
let timer = 0;
let asked = 0;

async function preview() {
  asked += 1;
  const mine = asked;
  const form = new FormData();
  form.set("text", field.value);
  try {
    const part = await postPart(list.dataset.previewUrl, form);
    const fresh = part.querySelector("#msgr-canned-preview");
    if (mine !== asked) return;
    const shown = document.getElementById("msgr-canned-preview");
    shown.replaceChildren(...fresh.childNodes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function insert({ target }) {
  const { variable } = target.closest("[data-variable]")?.dataset ?? {};
  if (!variable) return;
  field.focus();
  field.setRangeText(
    `{{ ${variable} }}`,
    field.selectionStart,
    field.selectionEnd,
    "end",
  );
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Whoever may only read has no field.
if (field) {
  list.addEventListener("click", insert);
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(preview, DEBOUNCE_MS);
  });
}
