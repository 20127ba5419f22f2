/** Buttons that copy the text of the element named by `data-msgr-copy`. */

const SHOWN_MS = 2000;

export function enableCopying() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-msgr-copy]");
    if (button) copy(button);
  });
}

async function copy(button) {
  const source = document.getElementById(button.dataset.msgrCopy);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // Without https there is no clipboard: the text is left selected for Ctrl+C.
    getSelection().selectAllChildren(source);
    return;
  }
  const label = button.querySelector(".msgr-button-label");
  const text = label.textContent;
  label.textContent = button.dataset.done;
  setTimeout(() => {
    label.textContent = text;
  }, SHOWN_MS);
}
