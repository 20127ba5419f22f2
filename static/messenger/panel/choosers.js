/** Where one searches among many to choose from, select2 makes an input without a name: it gets that of its field. */

const INPUT = ".select2-search__field";
const OPEN = "select.select2-hidden-accessible + .select2-container--open";

export function nameChoosers() {
  if (document.readyState === "complete") afterSelect2();
  else addEventListener("load", afterSelect2);
  // That of a single choice is there only while it is open.
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(INPUT)) name(target);
  });
}

/** What jQuery does when the page is ready it does one after the other, and sometimes after the page was loaded. */
function afterSelect2() {
  const ready = window.django?.jQuery;
  if (ready) ready(nameAll);
  else nameAll();
}

function nameAll() {
  for (const input of document.querySelectorAll(INPUT)) name(input);
}

function name(input) {
  const box = input.closest("select + .select2-container");
  const select = (box ?? document.querySelector(OPEN))?.previousElementSibling;
  const label = select?.labels?.[0]?.textContent.trim();
  if (label) input.setAttribute("aria-label", label);
}
