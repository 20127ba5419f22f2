import { sameDay } from "./dates.js";

const GROUP_MS = 5 * 60 * 1000;

/**
 * Messages and unsent texts → rows to show, oldest first: {key, kind, …}.
 *
 * A row's key stays the same when an unsent text becomes a message, so that its bubble
 * stays where it is. Rows of one sender within five minutes make a group: `first` bears
 * the name, `last` the avatar, and `marked` (the last of a state) time and ticks.
 */
export function timeline({ messages, entries, readUpTo }) {
  const arrived = new Set(messages.map((message) => message.client_message_id));
  const rows = [
    ...messages.map((message) => fromMessage(message, readUpTo)),
    ...entries.filter(({ id }) => !arrived.has(id)).map(fromEntry),
  ];
  return rows.flatMap((row, index) => {
    const before = rows[index - 1];
    const after = rows[index + 1];
    row.first = !together(before, row);
    row.last = !together(row, after);
    row.marked =
      row.last ||
      row.state !== after.state ||
      ["waiting", "failed"].includes(row.state);
    const newDay = !before || !sameDay(before.date, row.date);
    return newDay ? [divider(row.date), row] : [row];
  });
}

function fromMessage(message, readUpTo) {
  const mine = message.direction === "in";
  return {
    kind: "message",
    key: message.client_message_id || `id-${message.id}`,
    id: message.id,
    mine,
    body: message.body,
    date: new Date(message.created_at),
    sender: mine ? "" : message.sender_name || "",
    avatar: mine ? null : message.sender_avatar,
    attachments: message.attachments ?? [],
    unseen: !mine && !message.read_at,
    state: mine ? ownState(message, readUpTo) : "received",
    detail: "",
  };
}

function fromEntry(entry) {
  return {
    kind: "message",
    key: entry.id,
    id: null,
    mine: true,
    body: entry.body,
    date: new Date(entry.at),
    sender: "",
    avatar: null,
    attachments: [],
    unseen: false,
    state: entry.state,
    detail: entry.detail,
  };
}

function ownState(message, readUpTo) {
  return message.read_at || message.id <= readUpTo ? "read" : "sent";
}

function divider(date) {
  const key = `day-${new Date(date).setHours(0, 0, 0, 0)}`;
  return { kind: "day", key, date };
}

function together(one, other) {
  return (
    one !== undefined &&
    other !== undefined &&
    one.mine === other.mine &&
    one.sender === other.sender &&
    sameDay(one.date, other.date) &&
    Math.abs(other.date - one.date) < GROUP_MS
  );
}
