const GROUP_MS = 5 * 60 * 1000;
const NEEDS_HELP = ["waiting", "failed"];

/**
 * A row keeps its key when the unsent text becomes a message: its bubble stays. In a
 * group of one sender `first` bears the name, `last` the avatar, `marked` the time.
 */
export function timeline({ messages, entries, readUpTo, newFrom }) {
  const arrived = new Set(messages.map((message) => message.client_message_id));
  const unsent = entries.filter(({ id }) => !arrived.has(id)).map(asMessage);
  const rows = [...messages, ...unsent].map((one) => toRow(one, readUpTo));
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    const after = rows[index + 1];
    const isNew = (one) => newFrom !== null && one?.id === newFrom;
    row.first = !together(before, row) || isNew(row);
    row.last = !together(row, after) || isNew(after);
    row.marked =
      row.last || row.state !== after.state || NEEDS_HELP.includes(row.state);
    const { date } = row;
    const dividers = [];
    if (!before || daysBetween(before.date, date) !== 0) {
      dividers.push({
        key: `day-${date.toDateString()}`,
        divider: "day",
        date,
      });
    }
    if (isNew(row)) dividers.push({ key: "news", divider: "news" });
    return [...dividers, row];
  });
}

function asMessage({ id, at, body, files, progress, state, detail }) {
  return {
    direction: "in",
    client_message_id: id,
    created_at: at,
    body,
    files,
    progress,
    state,
    detail,
  };
}

function toRow(message, readUpTo) {
  const mine = message.direction === "in";
  const read = message.read_at || message.id <= readUpTo;
  return {
    ...message,
    key: message.client_message_id || `id-${message.id}`,
    mine,
    date: new Date(message.created_at),
    unseen: !mine && !message.read_at,
    state: message.state ?? (mine ? (read ? "read" : "sent") : "received"),
  };
}

function together(one, other) {
  return (
    one?.mine === other?.mine &&
    (one.mine || one.sender_name === other.sender_name) &&
    daysBetween(one.date, other.date) === 0 &&
    Math.abs(other.date - one.date) < GROUP_MS
  );
}

export function daysBetween(one, other) {
  const [from, to] = [one, other].map((date) =>
    new Date(date).setHours(0, 0, 0, 0),
  );
  return Math.round((to - from) / 86_400_000);
}

export class Dates {
  #strings;
  #formats = {};

  constructor(locale, strings) {
    this.#strings = strings;
    // The browser's own variant of the language (en-GB), if it has one.
    const own = navigator.languages.find((one) => one.startsWith(locale));
    this.locale = own ?? locale;
    const day = { day: "numeric", month: "long" };
    const clock = { hour: "2-digit", minute: "2-digit" };
    for (const [name, options] of Object.entries({
      clock,
      day,
      year: { ...day, year: "numeric" },
    })) {
      this.#formats[name] = new Intl.DateTimeFormat(this.locale, options);
    }
  }

  format(name, date) {
    return this.#formats[name].format(date);
  }

  divider(date, now = new Date()) {
    const { today, yesterday } = this.#strings;
    return [today, yesterday][daysBetween(date, now)] ?? this.day(date, now);
  }

  day(date, now) {
    const sameYear = date.getFullYear() === now.getFullYear();
    return this.format(sameYear ? "day" : "year", date);
  }
}
