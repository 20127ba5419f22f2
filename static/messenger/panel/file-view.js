/** Files that are not with the server yet: pictures as they are, others by name and size. */

import { sizeLabel } from "./file-words.js";

const PICTURES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

/** `file` may be no more than a name, where the file itself is gone. */
export function fileView(file) {
  const template = document.getElementById("msgr-file");
  const view = document.importNode(template.content, true).firstElementChild;
  view.querySelector(".msgr-file-name").textContent = file.name;
  view.querySelector(".msgr-file-about").textContent =
    file instanceof Blob ? about(file) : "";
  if (file instanceof Blob && PICTURES.includes(file.type)) {
    view.querySelector(".msgr-file-face").prepend(picture(file));
  }
  return view;
}

function about({ name, size }) {
  const parts = name.split(".");
  const kind = parts.length > 1 ? parts.pop().toUpperCase() : "";
  return [kind.slice(0, 5), sizeLabel(size)].filter(Boolean).join(" · ");
}

function picture(file) {
  const image = new Image();
  image.alt = "";
  const url = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(url));
  image.addEventListener("error", () => {
    URL.revokeObjectURL(url);
    image.remove();
  });
  image.src = url;
  return image;
}
