/** The user menu by keyboard: it stands before the button that opens it, so the focus is led there and back. */

const OPENER = "#nav-sidebar [x-on\\:click*='openUserLinks = !']";
const MENU = "#nav-sidebar [x-show='openUserLinks']";
const CHOSEN = "[aria-pressed='true']";
const FOCUSABLE = "[tabindex='0'], a[href], button";

export function mendUserMenu() {
  const opener = document.querySelector(OPENER);
  const menu = document.querySelector(MENU);
  if (!opener || !menu) return;
  opener.setAttribute("aria-expanded", "false");
  let byKeys = false;
  opener.addEventListener("keydown", () => {
    byKeys = true;
  });
  opener.addEventListener("pointerdown", () => {
    byKeys = false;
  });
  // Alpine shows and hides it by its style, a moment after the click.
  new MutationObserver(() => {
    const isOpen = menu.style.display !== "none";
    if (opener.getAttribute("aria-expanded") === String(isOpen)) return;
    opener.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen || !byKeys) return;
    (menu.querySelector(CHOSEN) ?? menu.querySelector(FOCUSABLE))?.focus();
  }).observe(menu, { attributeFilter: ["style"] });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    opener.click();
    opener.focus();
  });
}
