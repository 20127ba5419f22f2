/**
 * The preview beside an inbox's form. The frame shows the real widget; here the form is read and told to it.
 * The frame is inert: a picture to look at, out of the Tab key's way.
 */

const PAUSE_MS = 120;
const WIDE = matchMedia("(width >= 1280px)");

export class Preview {
  #root;
  #frame;
  #form = document.getElementById("inbox_form");
  #look = { theme: "light", locale: "ru", state: "open" };
  #tab = "widget";
  #timer = 0;

  constructor(root) {
    this.#root = root;
    this.#frame = root.querySelector("iframe");
    const { documentElement: page } = document;
    this.#look.locale = page.lang.startsWith("ru") ? "ru" : "en";
    this.#look.theme = page.classList.contains("dark") ? "dark" : "light";
  }

  start() {
    window.addEventListener("message", (event) => {
      if (event.source === this.#frame.contentWindow) this.#tell();
    });
    for (const event of ["input", "change"]) {
      this.#form.addEventListener(event, () => this.#tellSoon());
    }
    this.#form.addEventListener("msgr:tab", ({ detail }) => {
      this.#tab = detail;
      this.#tellSoon();
    });
    this.#tab = location.hash.slice(1) || this.#tab;
    this.#root.addEventListener("click", ({ target }) => this.#choose(target));
    this.#startSheet();
    this.#paint();
    // On a phone nobody waits for what is not seen.
    if (WIDE.matches) this.#load();
    WIDE.addEventListener("change", () => this.#load());
  }

  #load() {
    const address = `${this.#root.dataset.url}?locale=${this.#look.locale}`;
    if (this.#frame.getAttribute("src") !== address) this.#frame.src = address;
  }

  #choose(target) {
    const button = target.closest("button[value]");
    if (!button) return;
    const { msgrTheme, msgrLocale } = button.dataset;
    if (msgrTheme !== undefined) this.#look.theme = button.value;
    else if (msgrLocale !== undefined) this.#look.locale = button.value;
    else this.#look.state = button.value;
    this.#paint();
    if (msgrLocale !== undefined) this.#load();
    else this.#tell();
  }

  #paint() {
    const chosen = new Set(Object.values(this.#look));
    for (const button of this.#root.querySelectorAll("button[value]")) {
      button.setAttribute("aria-pressed", String(chosen.has(button.value)));
    }
  }

  #tellSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), PAUSE_MS);
  }

  #tell() {
    const said = { ...this.#look, tab: this.#tab, settings: this.#settings() };
    this.#frame.contentWindow?.postMessage(said, location.origin);
  }

  /** As the widget's API would tell them. */
  #settings() {
    const text = (name) => this.#field(name)?.value?.trim() ?? "";
    const ticked = (name) => Boolean(this.#field(name)?.checked);
    const asked = ["name", "email", "phone"]
      .map((name) => [name, text(`prechat_${name}`)])
      .filter(([, value]) => value && value !== "off");
    return {
      title: (text("title") || text("name")).slice(0, 80),
      greeting: text("greeting").slice(0, 500),
      color: text("color"),
      position: text("position") || "right",
      prechat_fields: Object.fromEntries(asked),
      prechat_required: asked.some(([, value]) => value === "required"),
      offline_mode: ticked("offline_mode_enabled"),
      offline_message: text("offline_message"),
      attachments_enabled: ticked("attachments_enabled"),
      rating_enabled: ticked("rating_enabled"),
      rating_type: text("rating_type") || "stars",
      privacy_text: text("privacy_text"),
      privacy_url: text("privacy_url"),
      consent_required: ticked("consent_required"),
    };
  }

  #field(name) {
    return this.#form.elements.namedItem(name);
  }

  /** On a phone it lies over the page. */
  #startSheet() {
    const opener = document.querySelector(".msgr-peek-open");
    const show = (open) => {
      if (open) this.#load();
      this.#root.classList.toggle("msgr-shown", open);
      opener.setAttribute("aria-expanded", String(open));
      const closer = this.#root.querySelector(".msgr-peek-close");
      (open ? closer : opener).focus();
    };
    opener.addEventListener("click", () => show(true));
    this.#root
      .querySelector(".msgr-peek-close")
      .addEventListener("click", () => show(false));
    this.#root.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && !WIDE.matches) show(false);
    });
  }
}
