/**
 * Calls the operator, by a sound and by a notification of the browser, when something of theirs happens that they
 * don't look at: a message in one of their conversations, a conversation given to them, a mention.
 *
 * One tab of the browser speaks. Whoever is busy is not disturbed.
 */

import { claim } from "./claim.js";
import { permission, showNotification, textOf } from "./desktop.js";
import { live } from "./live.js";
import { noticeOf } from "./notices.js";
import { preferences } from "./preferences.js";
import { isInSight, showSight } from "./sight.js";
import { maySound, playSound } from "./sound.js";

// What comes together is heard once.
const ONE_SOUND_MS = 1000;
// By then every tab has heard of it.
const ONE_NOTIFICATION_MS = 4000;

const root = document.getElementById("msgr-attention");
const notices = document.getElementById("msgr-notices");
const { user, url } = notices?.dataset ?? {};
const opened = document.getElementById("msgr-workspace")?.dataset.conversation;

export function watchAttention() {
  showSight(opened);
  live.addEventListener("event", ({ detail }) => hear(detail));
}

/** Without a stream nothing says what came: only that more waits than before. */
export function callForMore() {
  if (!live.isStreaming) call("message", {});
}

/** Which sentence the event is worth; nothing for what the operator did or sees. */
function wordOf(event) {
  const { type, direction, assignee, user: mentioned } = event;
  const me = Number(user);
  if (type === "message") {
    return direction === "in" && assignee === me ? "message" : "";
  }
  if (type === "mention") return mentioned === me ? "mention" : "";
  // What was taken from them calls nobody: a card tells it.
  const notice = noticeOf(event);
  return notice === "given" || notice === "forsaken" ? notice : "";
}

async function hear(event) {
  const word = wordOf(event);
  if (!word) return;
  if (await isInSight(String(event.conversation), opened)) return;
  call(word, event);
}

function call(word, { conversation, message, type }) {
  if (isBusy()) return;
  const { sound, volume, desktop, text } = preferences();
  if (sound) soundOnce(volume);
  if (!desktop || permission() !== "granted") return;
  const key = [type, conversation, message ?? word].join(":");
  notifyOnce(key, { word, conversation, message, text });
}

async function soundOnce(volume) {
  if (maySound() && (await claim("sound", ONE_SOUND_MS))) playSound(volume);
}

async function notifyOnce(key, { word, conversation, message, text }) {
  if (!(await claim(key, ONE_NOTIFICATION_MS))) return;
  const address = conversation ? url.replace("/0/", `/${conversation}/`) : "";
  const title = phrase(word);
  const number = conversation ? phrase("number") : "";
  const written = text ? await textOf({ url: address, message, user }) : "";
  showNotification({
    title,
    body: written || number.replace("%(id)s", conversation),
    tag: `msgr-${conversation ?? ""}`,
    url: address || url.replace("0/change/", ""),
    icon: root.dataset.icon,
  });
}

function isBusy() {
  const mine = document.querySelector("[data-msgr-my-status]");
  return mine?.dataset.status === "busy";
}

function phrase(name) {
  const words = document.getElementById("msgr-attention-words").content;
  return words.querySelector(`[data-word="${name}"]`).textContent;
}
