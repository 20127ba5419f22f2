/**
 * Whether somebody has touched this page since the server was told last. What an open page asks by itself keeps no
 * session alive (crm/session_life.py): only this does, however long one stays in one page.
 */

const SIGNS = ["pointerdown", "keydown", "wheel", "input"];
let isTouched = false;

for (const sign of SIGNS) {
  document.addEventListener(sign, noteTouch, { capture: true, passive: true });
}

/** True once for what was done since the last time. */
export function takeTouch() {
  const taken = isTouched;
  isTouched = false;
  return taken;
}

/** The server didn't hear of it. */
export function keepTouch() {
  isTouched = true;
}

/** What a script makes up is nobody's touch. */
function noteTouch(event) {
  isTouched ||= event.isTrusted;
}
