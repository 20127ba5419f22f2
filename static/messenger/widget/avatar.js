import { h, safeUrl } from "./dom.js";

/** A person's picture, or the first letter of the name on a colour of their own. */
export function avatar(name, picture, base) {
  const initial = [...(name || "").trim()][0]?.toLocaleUpperCase() ?? "";
  const node = h(
    "span",
    {
      class: "msgr-avatar",
      "aria-hidden": "true",
      "data-tone": String(tone(name || "")),
    },
    initial,
  );
  const src = picture ? safeUrl(picture, base) : null;
  if (src) {
    const image = h("img", { src, alt: "", decoding: "async" });
    image.addEventListener("error", () => image.remove(), { once: true });
    node.append(image);
  }
  return node;
}

function tone(name) {
  return [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
}
