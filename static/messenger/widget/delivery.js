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
    try {
      return await this.#post(entry);
    } catch (error) {
      if (!wantsConsent(error)) throw error;
      // The inbox asks for it since the chat was opened: the form comes, and then this.
      const { session, settings } = this.#options;
      await session.reopen();
      if (!isGated(settings())) throw error;
      return this.send(entry);
    }
  }

  #post(entry) {
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

/** What was agreed to, if anything, is no longer what the inbox asks for. */
export function wantsConsent(error) {
  return Boolean(error.answer?.fields?.consent);
}
