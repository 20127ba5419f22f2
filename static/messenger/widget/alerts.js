import { h, icon } from "./dom.js";

/** What tells of news outside the panel: loaded when there are some. */
export class Alerts {
  #options;
  #title = null;
  #sound = null;

  /** options: {isUnread(), signal, storage, strings}. */
  constructor(options) {
    this.#options = options;
    const name = options.strings.sound;
    this.toggle = h("button", {
      type: "button",
      "aria-label": name,
      title: name,
    });
    this.toggle.addEventListener("click", () => this.#turn());
    this.follow();
  }

  get #isOn() {
    return Boolean(this.#options.storage.record.sound);
  }

  /** The visitor may have turned it in another tab. */
  follow() {
    const pressed = String(this.#isOn);
    if (this.toggle.getAttribute("aria-pressed") === pressed) return;
    this.toggle.setAttribute("aria-pressed", pressed);
    this.toggle.replaceChildren(icon(this.#isOn ? "sound" : "mute"));
  }

  async unread(count) {
    if (!count && !this.#title) return;
    this.#title ??= import("./title.js").then(
      ({ TitleCount }) => new TitleCount(this.#options.signal),
    );
    this.#use(this.#title, (title) => title.show(count));
  }

  arrived({ direction }) {
    if (direction === "out" && this.#isOn) {
      this.#use(this.#loadSound(), (sound) => sound.news());
    }
  }

  #turn() {
    this.#options.storage.update({ sound: !this.#isOn });
    this.follow();
    if (this.#isOn) this.#use(this.#loadSound(), (sound) => sound.test());
  }

  #loadSound() {
    this.#sound ??= import("./sound.js").then(
      ({ Sound }) => new Sound(this.#options),
    );
    return this.#sound;
  }

  async #use(loading, action) {
    try {
      action(await loading);
    } catch (error) {
      // The chat goes on without.
      console.warn("Messenger:", error);
    }
  }
}
