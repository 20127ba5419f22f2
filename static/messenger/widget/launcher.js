import { h, setText } from "./dom.js";

/** The button of widget.js, once there is something to tell on it. */
export class Launcher {
  #button;
  #strings;
  #badge = h("span", {
    class: "msgr-badge",
    "aria-hidden": "true",
    hidden: true,
  });

  constructor(button, strings) {
    this.#button = button;
    this.#strings = strings;
    button.removeAttribute("title");
    button.append(this.#badge);
  }

  render({ open, unread }) {
    const { close, open: label, openUnread } = this.#strings;
    this.#button.setAttribute("aria-expanded", String(open));
    this.#button.setAttribute(
      "aria-label",
      open ? close : unread ? openUnread(unread) : label,
    );
    if (open) this.#button.setAttribute("aria-controls", "msgr-panel");
    this.#badge.hidden = open || unread === 0;
    setText(this.#badge, unread > 99 ? "99+" : String(unread));
  }

  focus(options) {
    this.#button.focus(options);
  }
}
