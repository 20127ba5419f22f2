/** unfold's menus answer to clicks on spans and divs: this makes them buttons for keyboards and screen readers. */

const NATIVE = "a[href], button, input, select, textarea, label, form";

export function mendKeyboard() {
  for (const element of document.querySelectorAll("[x-on\\:click]")) {
    if (!element.closest(NATIVE)) mend(element);
  }
  document.addEventListener("keydown", press);
  document.addEventListener("keydown", closeSidebar);
  mendEmptyHeaders();
  nameLandmark("nav-sidebar-inner", "sidebar");
  nameLandmark("tabs-items", "views");
}

/** A column without a name, such as that of the buttons, has no header: an empty one is read out as one. */
function mendEmptyHeaders() {
  for (const header of document.querySelectorAll("thead th")) {
    if (header.textContent.trim() || header.querySelector("input")) continue;
    const cell = document.createElement("td");
    cell.className = header.className;
    cell.append(...header.childNodes);
    header.replaceWith(cell);
  }
}

function nameLandmark(id, word) {
  const label = words()[word];
  if (label) document.getElementById(id)?.setAttribute("aria-label", label);
}

function words() {
  return document.getElementById("msgr-a11y-words")?.dataset ?? {};
}

function mend(element) {
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  element.dataset.msgrPress = "";
  const label = words()[wordOf(element)];
  if (label) element.setAttribute("aria-label", label);
}

function wordOf(element) {
  const action = element.getAttribute("x-on:click");
  if (action.includes("sidebarToggle")) return "sidebar";
  if (action.includes("opencommand")) return "search";
  if (action.includes("openTabsDropdown")) return "tabs";
  return action.includes("filterOpen") ? "filters" : "";
}

/** Where the sidebar lies over the page it has a cross. */
function closeSidebar({ key }) {
  if (key !== "Escape") return;
  const cross = document.querySelector("#nav-sidebar [x-on\\:click*=sidebar]");
  if (!cross?.checkVisibility()) return;
  cross.click();
  document.querySelector("#main [x-on\\:click*=sidebar]")?.focus();
}

function press(event) {
  const isPress = event.key === "Enter" || event.key === " ";
  if (!isPress || event.target.dataset?.msgrPress === undefined) return;
  event.preventDefault();
  event.target.click();
}
