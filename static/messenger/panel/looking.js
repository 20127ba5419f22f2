/**
 * Who else has this conversation before their eyes, and who of them is writing an answer.
 *
 * A visible page says every 15 s that it is there and hears who else is; in between the stream tells who comes and
 * goes. Whoever is silent for 30 s is forgotten, here as well as on the server.
 */

import { postHeaders, postJson, Refusal } from "./http.js";
import { live } from "./live.js";

const BEAT_MS = 15_000;
const WRITES_MS = 8000;
const MOST_SHOWN = 3;
const TONES = 8;

const root = document.getElementById("msgr-viewers");
const line = document.getElementById("msgr-colleague-writes");
const { conversation, user: me } =
  document.getElementById("msgr-workspace").dataset;
const tab = Math.random().toString(36).slice(2, 14) || "0";

// By tab: the same person may have several.
const viewers = new Map();
let writer = "";
let beatAt = 0;
let beatTimer = 0;
let expiryTimer = 0;
let writesTimer = 0;

live.addEventListener("event", ({ detail }) => {
  if (String(detail.conversation) !== conversation) return;
  if (detail.type === "viewers") notice(detail);
  else if (detail.type === "typing" && detail.by === "operator") write(detail);
  else if (detail.type === "message" && detail.by === "operator") write({});
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) plan();
});
addEventListener("pageshow", ({ persisted }) => persisted && plan());
addEventListener("pagehide", leave);
plan();

/** At once where the last time was long ago. */
function plan() {
  clearTimeout(beatTimer);
  const wait = Math.max(0, beatAt + BEAT_MS - Date.now());
  beatTimer = setTimeout(beat, wait);
}

async function beat() {
  if (document.hidden) return;
  beatAt = Date.now();
  plan();
  try {
    const answer = await postJson(root.dataset.url, body());
    viewers.clear();
    for (const viewer of answer.viewers) learn(viewer);
    show();
  } catch (error) {
    // The page itself says what is wrong.
    if (!(error instanceof Refusal)) throw error;
  }
}

function leave() {
  clearTimeout(beatTimer);
  if (!beatAt) return;
  beatAt = 0;
  const form = body();
  form.set("leaving", "1");
  const headers = postHeaders();
  fetch(root.dataset.url, {
    method: "POST",
    headers,
    body: form,
    keepalive: true,
  }).catch(() => {});
}

function body() {
  const form = new FormData();
  form.set("tab", tab);
  return form;
}

function notice(viewer) {
  learn(viewer);
  show();
}

function learn({ viewer, user, name, left_ms: leftMs }) {
  if (String(user) === me) return;
  if (leftMs > 0) {
    viewers.set(viewer, { user, name, until: Date.now() + leftMs });
  } else {
    viewers.delete(viewer);
  }
}

function show() {
  const now = Date.now();
  const people = new Map();
  let next = Infinity;
  for (const [key, { user, name, until }] of viewers) {
    if (until <= now) {
      viewers.delete(key);
      continue;
    }
    people.set(user, name);
    next = Math.min(next, until);
  }
  clearTimeout(expiryTimer);
  if (next < Infinity) expiryTimer = setTimeout(show, next - now + 50);
  paint(people);
}

function paint(people) {
  const names = [...people.values()].join(", ");
  const { one, many } = root.dataset;
  const sentence = people.size > 1 ? many : one;
  const text = people.size
    ? sentence.replace(/%\((name|names)\)s/, () => names)
    : "";
  if (root.title === text && root.childElementCount) return;
  root.title = text;
  const words = document.createElement("span");
  words.className = "msgr-viewers-text";
  words.textContent = text;
  const faces = [...people].slice(0, MOST_SHOWN).map(toFace);
  const more = people.size - faces.length;
  if (more > 0) faces.push(face(`+${more}`, ""));
  root.replaceChildren(...faces, words);
}

function toFace([user, name]) {
  return face(initials(name), `msgr-tone-${user % TONES}`);
}

function face(text, tone) {
  const element = document.createElement("span");
  element.className = `msgr-avatar msgr-viewer ${tone}`.trim();
  element.setAttribute("aria-hidden", "true");
  element.textContent = text;
  return element;
}

function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => [...word][0].toLocaleUpperCase()).join("");
}

/** Of several who write the last one is named. */
function write({ actor, name = "" }) {
  if (String(actor) === me) return;
  clearTimeout(writesTimer);
  if (name) writesTimer = setTimeout(() => write({}), WRITES_MS);
  if (name === writer) return;
  writer = name;
  const { writes } = root.dataset;
  line.textContent = name ? writes.replace("%(name)s", () => name) : "";
}
