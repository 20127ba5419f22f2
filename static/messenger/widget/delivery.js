import { FOREVER_MS, Pause } from "./http.js";
import { isGated } from "./settings.js";

/** Takes an unsent entry to the server; what the inbox asks first comes before any. */
export class Delivery {
  #gate;
  #options;

  /** options: {attachments, session, settings(), signal}. */
  constructor(options) {
    this.#options = options;
    this.#gate = new Pause(options.signal);
  }

  /** Something that was asked has been answered. */
  admit() {
    this.#gate.wake();
  }

  /** Answers the stored message. */
  async send(entry) {
    await this.#admitted();
    const { attachments, session } = this.#options;
    const { id, body, files } = entry;
    return files
      ? attachments.send(entry)
      : session.send({ body, client_message_id: id });
  }

  async #admitted() {
    const { session, settings, signal } = this.#options;
    if (!session.ready) await session.open();
    while (isGated(settings()) && !signal.aborted) {
      await this.#gate.wait(FOREVER_MS);
    }
  }
}
