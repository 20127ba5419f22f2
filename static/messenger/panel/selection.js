/** The ticked rows of the list: how many, all of the page at once, none. The bar's form holds them. */

const form = document.getElementById("msgr-selection");
const list = document.getElementById("msgr-list");
const count = form.querySelector(".msgr-selection-count");
const selectPage = document.getElementById("msgr-select-page");

selectPage.addEventListener("click", () => tickAll(true));
form.addEventListener("reset", (event) => {
  event.preventDefault();
  tickAll(false);
  ticks()[0]?.focus();
});
list.addEventListener("change", ({ target }) => {
  if (target === tickOfAll()) tickAll(target.checked);
  else show();
});
// Rows came and went.
list.addEventListener("patched", show);
// A browser that comes back to the page ticks what was ticked.
addEventListener("pageshow", show);
show();

/** The list may be empty, and come back with another head. */
function tickOfAll() {
  return document.getElementById("msgr-tick-all");
}

function ticks() {
  return [...list.querySelectorAll("tbody .msgr-tick input")];
}

function tickAll(checked) {
  for (const tick of ticks()) tick.checked = checked;
  show();
}

function show() {
  const all = ticks();
  const chosen = all.filter((tick) => tick.checked).length;
  const text = chosen > 0 ? `${count.dataset.text} ${chosen}` : "";
  if (count.textContent !== text) count.textContent = text;
  selectPage.hidden = chosen === all.length;
  const head = tickOfAll();
  if (!head) return;
  head.parentElement.hidden = false;
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}
