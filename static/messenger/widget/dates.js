/** Times as the visitor reads them: in their language and their time zone. */
export class Dates {
  #strings;
  #locale;
  #formats = new Map();

  constructor(locale, strings) {
    this.#locale = locale;
    this.#strings = strings;
  }

  clock(date) {
    return this.#format("clock", { hour: "2-digit", minute: "2-digit" }, date);
  }

  /** A divider's text: today, yesterday, 12 March, 12 March 2025. */
  day(date, now = new Date()) {
    const days = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
    if (days === 0) return this.#strings.today;
    if (days === 1) return this.#strings.yesterday;
    const options = { day: "numeric", month: "long" };
    return date.getFullYear() === now.getFullYear()
      ? this.#format("day", options, date)
      : this.#format("year", { ...options, year: "numeric" }, date);
  }

  /** A point in the future: Monday, 12 March, 09:00. */
  moment(date) {
    const options = {
      weekday: "long",
      day: "numeric",
      month: "long",
      hour: "2-digit",
      minute: "2-digit",
    };
    return this.#format("moment", options, date);
  }

  full(date) {
    const options = { dateStyle: "long", timeStyle: "short" };
    return this.#format("full", options, date);
  }

  #format(name, options, date) {
    if (!this.#formats.has(name)) {
      const locale = regional(this.#locale);
      this.#formats.set(name, new Intl.DateTimeFormat(locale, options));
    }
    return this.#formats.get(name).format(date);
  }
}

export function sameDay(one, other) {
  return startOfDay(one) === startOfDay(other);
}

function startOfDay(date) {
  return new Date(date).setHours(0, 0, 0, 0);
}

/** The browser's own variant of the language (en-US, en-GB), if it has one. */
function regional(locale) {
  const own = navigator.languages ?? [];
  return own.find((language) => language.startsWith(locale)) ?? locale;
}
