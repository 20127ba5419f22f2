import { h, icon } from "./dom.js";

const RETRY_MS = 3_000;

/** What tells of news outside the panel: loaded when there are some. */
export class Alerts {
  #options;
  #count = null;
  #wanted = 0;
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

  /** May be told as often as one likes. */
  async unread(count) {
    this.#wanted = count;
    if (count === this.#count || (!count && !this.#title)) return;
    this.#count = count;
    this.#title ??= import("./title.js").then(
      ({ TitleCount }) => new TitleCount(this.#options.signal),
    );
    try {
      (await this.#title).show(count);
    } catch {
      // Not loaded, which is no fault of the page.
      this.#title = this.#count = null;
      setTimeout(() => this.#again(), RETRY_MS);
    }
  }

  #again() {
    if (!this.#options.signal.aborted) this.unread(this.#wanted);
  }

  arrived({ direction }) {
    if (direction === "out" && this.#isOn) this.#play((sound) => sound.news());
  }

  #turn() {
    this.#options.storage.update({ sound: !this.#isOn });
    this.follow();
    if (this.#isOn) this.#play((sound) => sound.test());
  }

  async #play(play) {
    this.#sound ??= import("./sound.js").then(
      ({ Sound }) => new Sound(this.#options),
    );
    try {
      play(await this.#sound);
    } catch {
      this.#sound = null;
    }
  }
}
