import { h } from "./dom.js";

// A dot and an extension; what is longer is none.
const EXTENSION = /\.[\p{L}\p{N}]{1,5}$/u;

/** Cut in the middle where it is too long: the end says what it is. Read out as one. */
export function fileName(name) {
  const [extension = ""] = EXTENSION.exec(name) ?? [];
  const part = (text, more = {}) =>
    h("span", { "aria-hidden": "true", ...more }, text);
  return h(
    "bdi",
    { class: "msgr-file-name", title: name },
    h("span", { class: "msgr-hidden" }, name),
    part(name.slice(0, name.length - extension.length), {
      class: "msgr-file-head",
    }),
    part(extension),
  );
}
