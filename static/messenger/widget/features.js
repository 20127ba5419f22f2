import { Pause } from "./http.js";
import { asksFirst, isAway } from "./settings.js";

const RETRY_MS = 5_000;

/** What only some visitors meet: when it is wanted, and the module that has its `create`. */
const FEATURES = [
  [({ settings }) => isAway(settings), () => import("./hours.js")],
  [
    ({ settings }) => settings.privacy_text || settings.privacy_url,
    () => import("./privacy.js"),
  ],
  [asksFirst, () => import("./prechat.js")],
  [
    ({ settings }) => settings.details_wanted?.length,
    () => import("./details.js"),
  ],
  [({ rating }) => rating.requested, () => import("./rating.js")],
];

export class Features {
  #context;
  #parts = new Map();
  #style = null;

  /** context: the panel's options, and the panel. */
  constructor(context) {
    this.#context = context;
  }

  render(state) {
    for (const [wanted, load] of FEATURES) {
      const part = this.#parts.get(load);
      if (part) part.render(state);
      else if (part !== null && wanted(state)) this.#load(load);
    }
  }

  async #load(load) {
    const { addStyle, locale, onChange, signal } = this.#context;
    this.#parts.set(load, null);
    this.#style ??= addStyle("widget/forms.css");
    try {
      const [{ create }, { default: own }] = await Promise.all([
        load(),
        import(`./strings/asked-${locale}.js`),
        this.#style,
      ]);
      if (signal.aborted) return;
      const strings = { ...this.#context.strings, ...own };
      this.#parts.set(load, await create({ ...this.#context, strings }));
    } catch (error) {
      console.warn("Messenger:", error);
      await new Pause(signal).wait(RETRY_MS);
      this.#parts.delete(load);
    }
    onChange();
  }
}
