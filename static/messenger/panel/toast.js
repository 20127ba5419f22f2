/** A sentence that shows for a moment, and the words that the page brought with it. */

const SHOWN_MS = 6000;
let timer = 0;

export function showToast(text) {
  const toast = document.getElementById("msgr-toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    toast.hidden = true;
  }, SHOWN_MS);
}

/** Why the server said no, in words even where it gave none. */
export function reasonOf(error) {
  if (error.isLoggedOut) return word("logged-out");
  if (error.payload.detail) return error.sentence;
  return word(error.isTemporary ? "offline-action" : "refused");
}

export function word(name) {
  const words = document.getElementById("msgr-words").content;
  return words.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
}
