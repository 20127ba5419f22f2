/** The sheet of filters: what was not chosen doesn't stand in the address. */

const sheet = document.getElementById("msgr-filters");
const form = sheet.querySelector("form");

form.addEventListener("submit", () => {
  for (const field of form.elements) {
    if (field.name && field.value === "") field.disabled = true;
  }
});
// A browser that comes back to the page has them as they were left.
addEventListener("pageshow", () => {
  for (const field of form.elements) field.disabled = false;
});
sheet.addEventListener("toggle", ({ newState }) => {
  if (newState === "open")
    sheet.querySelector("select, input:not([type=hidden])")?.focus();
});
