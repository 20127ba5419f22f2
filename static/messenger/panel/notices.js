/**
 * Tells whoever is logged in, on any page, that a conversation was given to them or taken from them, and
 * administrators that nobody opens one, and who was mentioned. Events bring ids; the sentences came with the page.
 */

import { live } from "./live.js";

const SHOWN_MS = 8000;
const AT_ONCE = 3;
const CHANNEL = "msgr-notices";
const GIVEN = new Set(["assigned", "escalated", "transferred"]);
const TAKEN = new Set([...GIVEN, "unassigned"]);

const box = document.getElementById("msgr-notices");
// What was seen in one tab need not be seen in the next.
const tabs = new BroadcastChannel(CHANNEL);

export function watchNotices() {
  live.addEventListener("event", ({ detail }) => {
    const name = noticeOf(detail);
    if (name) show(name, detail);
  });
  tabs.addEventListener("message", ({ data }) => shown(data)?.remove());
}

/** Which sentence the event is worth to this user; what they did themselves needs none. */
export function noticeOf(event) {
  const { type, kind, actor, assignee, was_assignee: before, user } = event;
  const me = Number(box.dataset.user);
  if (type === "alert") {
    return box.dataset.administrator !== undefined ? "forsaken" : "";
  }
  if (type === "mention") return user === me ? "mentioned" : "";
  if (type !== "conversation" || actor === me) return "";
  if (assignee === me && GIVEN.has(kind)) return "given";
  if (before !== me || !TAKEN.has(kind)) return "";
  return assignee === null ? "waits" : "gone";
}

function show(name, { conversation, was_branch: moved }) {
  shown(conversation)?.remove();
  const card = newCard(conversation);
  card.querySelector(".msgr-toast-text").textContent = word(name).replace(
    "%(id)s",
    conversation,
  );
  const link = card.querySelector("a");
  link.href = box.dataset.url.replace("/0/", `/${conversation}/`);
  // What went to another branch may not be theirs to see.
  const lost = moved !== undefined && name !== "given";
  link.hidden = lost && box.dataset.administrator === undefined;
  while (box.children.length >= AT_ONCE) box.firstElementChild.remove();
  box.append(card);
  countDown(card);
}

function newCard(conversation) {
  const template = document.getElementById("msgr-notice");
  const card = document.importNode(template.content, true).firstElementChild;
  card.dataset.conversation = conversation;
  card.querySelector("button").addEventListener("click", () => dismiss(card));
  return card;
}

function dismiss(card) {
  card.remove();
  tabs.postMessage(card.dataset.conversation);
}

/** Time stands still while the tab is hidden and while the card has the pointer or the focus. */
function countDown(card) {
  let timer = 0;
  const gone = new AbortController();
  const restart = () => {
    clearTimeout(timer);
    if (!card.isConnected) return gone.abort();
    const held = document.hidden || card.matches(":hover, :focus-within");
    if (!held)
      timer = setTimeout(() => card.isConnected && dismiss(card), SHOWN_MS);
  };
  for (const name of ["pointerenter", "pointerleave", "focusin"]) {
    card.addEventListener(name, restart);
  }
  // While it is left the focus is nowhere yet.
  card.addEventListener("focusout", () => setTimeout(restart));
  document.addEventListener("visibilitychange", restart, {
    signal: gone.signal,
  });
  restart();
}

function shown(conversation) {
  return box.querySelector(`[data-conversation="${Number(conversation)}"]`);
}

function word(name) {
  const words = document.getElementById("msgr-notice-words").content;
  return words.querySelector(`[data-word="${name}"]`).textContent;
}
