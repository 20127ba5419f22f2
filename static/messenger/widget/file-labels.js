const NAMES = {
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
    "DOCX",
  "audio/mpeg": "MP3",
  "image/webp": "WebP",
  "text/plain": "TXT",
};
const UNITS = ["byte", "kilobyte", "megabyte"];
// Marks that turn the direction of what follows: "gpj.exe" would read "exe.jpg".
const TURNING = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Names, types and sizes of files in the reader's words. */
export class Labels {
  #formats;
  #strings;

  constructor(locale, strings) {
    this.#strings = strings;
    const own = navigator.languages.find((one) => one.startsWith(locale));
    this.#formats = UNITS.map(
      (unit, power) =>
        new Intl.NumberFormat(own ?? locale, {
          style: "unit",
          unit,
          unitDisplay: "short",
          maximumFractionDigits: power === 2 ? 1 : 0,
        }),
    );
  }

  name(text) {
    return String(text ?? "").replace(TURNING, "") || this.#strings.file;
  }

  type(type) {
    const [, short = ""] = String(type ?? "").split("/");
    return NAMES[type] ?? (short.length <= 5 ? short.toUpperCase() : "");
  }

  types(types) {
    return types.map((type) => this.type(type) || type).join(", ");
  }

  size(bytes) {
    const power = bytes < 1024 ? 0 : bytes < 1024 ** 2 ? 1 : 2;
    return this.#formats[power].format((bytes || 0) / 1024 ** power);
  }

  about({ type, size }) {
    return [this.type(type), this.size(size)].filter(Boolean).join(" · ");
  }
}
