/** What the keys of the workspace do. */

import { getJson, Refusal } from "./http.js";
import { reasonOf, showToast } from "./toast.js";

/** composer may have no field: then nothing can be written. */
export function verbsOf({ root, composer, suggesting }) {
  const write = (kind, then) => {
    if (!composer.body) return false;
    if (kind) composer.kinds.choose(kind);
    composer.body.focus();
    then?.();
  };
  return {
    next: () => goToNext(root.dataset.nextUrl),
    resolve: () => press("resolve"),
    answer: () => write("answer"),
    kind: () => write("", () => composer.kinds.toggle()),
    canned: () => write("answer", () => suggesting.open("/")),
    mention: () => write("note", () => suggesting.open("@")),
    leave: ({ target }) => {
      if (target !== composer.body) return false;
      document.getElementById("msgr-scroll").focus();
    },
  };
}

function press(action) {
  const button = document.querySelector(`[data-msgr-action="${action}"]`);
  button?.click();
}

async function goToNext(url) {
  try {
    const { location: address, told } = await getJson(url);
    if (address) location.assign(address);
    else showToast(told);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    showToast(reasonOf(error));
  }
}
