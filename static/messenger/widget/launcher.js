import { h, setText } from "./dom.js";

export class Launcher {
  #button;
  #strings;
  #badge = h("span", { class: "msgr-badge", "aria-hidden": "true" });

  constructor(button, strings) {
    this.#button = button;
    this.#strings = strings;
    button.removeAttribute("title");
    button.append(this.#badge);
  }

  render(open, unread) {
    const { close, open: label, openUnread } = this.#strings;
    const name = unread ? openUnread(unread) : label;
    this.#button.setAttribute("aria-expanded", String(open));
    this.#button.setAttribute("aria-label", open ? close : name);
    this.#badge.hidden = open || unread === 0;
    setText(this.#badge, unread > 99 ? "99+" : String(unread));
  }

  focus(options) {
    this.#button.focus(options);
  }
}

/** The inbox's colour with black or white on it: at least 4.5 : 1 for any colour. */
export function palette(color) {
  const hex = /^#([\da-f]{6})$/i.exec(color)?.[1];
  if (!hex) return {};
  const [red, green, blue] = [0, 2, 4].map((at) =>
    linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255),
  );
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return { color, ink: luminance > 0.183 ? "#000000" : "#ffffff" };
}

function linear(part) {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}
