/** The columns of an export: all or none at once. */

const buttons = document.querySelector(".msgr-exchange-all");
const boxes = [
  ...document.querySelectorAll(".msgr-exchange-columns input[type=checkbox]"),
];

buttons.addEventListener("click", ({ target }) => {
  const { msgrTick } = target.dataset;
  if (!msgrTick) return;
  for (const box of boxes) box.checked = msgrTick === "all";
});
buttons.hidden = false;
