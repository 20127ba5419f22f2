import { ApiError, Pause } from "./http.js";

const LONGEST_WAIT_MS = 2_000;

/** What attachments need is loaded with the first of them; `files` is it, or null. */
export class Attachments {
  files = null;
  #flight = null;
  #context;

  /** context: {addStyle, base, locale, strings, conversation, session, storage, onChange, signal} */
  constructor(context) {
    this.#context = context;
  }

  /** Fails as a request does: the network is what it depends on. */
  load() {
    this.#flight ??= this.#load().catch(() => {
      this.#flight = null;
      throw new ApiError();
    });
    return this.#flight;
  }

  async #load() {
    const { addStyle, locale, onChange, strings } = this.#context;
    const [{ Files }, { default: own }] = await Promise.all([
      import("./files.js"),
      import(`./strings/files-${locale}.js`),
      addStyle("widget/files.css"),
    ]);
    this.files = new Files({
      ...this.#context,
      strings: { ...strings, ...own },
    });
    onChange();
    return this.files;
  }

  /** A history with pictures is shown with them at once: its lines need not move then. */
  async prepare(messages) {
    if (!messages.some(({ attachments }) => attachments?.length)) return;
    const pause = new Pause(this.#context.signal);
    await Promise.race([this.use(), pause.wait(LONGEST_WAIT_MS)]);
    pause.wake();
  }

  /** For what can do without if nothing loads. */
  use(action) {
    return this.load().then(action, () => undefined);
  }

  async send(entry) {
    return (await this.load()).send(entry);
  }
}
