/** Keeps the conversation list true while the operator looks at it. */

import { getPart } from "./http.js";
import { live } from "./live.js";
import { marksOf, patchRows } from "./rows.js";
import { allIsWell, tellTrouble } from "./trouble.js";

// The first event shows at once; a burst is read once a second, and less often where reading takes long: all the open
// lists of a branch ask at the same events, and a busy server must get through with them.
const FIRST_WAIT_MS = 30;
const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
const PAUSE_PER_READING = 5;
// Waiting times grow even when nothing happens.
const TICK_MS = 60_000;
const SHAKES_LIST = new Set([
  "message",
  "conversation",
  "read",
  "moved",
  "alert",
  "mention",
]);

let timer = 0;
let readAt = 0;
let pause = PAUSE_MS;
let running = false;
let wanted = false;

live.addEventListener("look", schedule);
live.addEventListener("event", (event) => {
  if (SHAKES_LIST.has(event.detail.type)) schedule();
});
setInterval(schedule, TICK_MS);
document.addEventListener("visibilitychange", () => wanted && schedule());

function schedule() {
  wanted = true;
  if (document.hidden) return;
  clearTimeout(timer);
  const wait = Math.max(FIRST_WAIT_MS, readAt + pause - Date.now());
  timer = setTimeout(refresh, wait);
}

async function refresh() {
  if (running) return;
  running = true;
  wanted = false;
  readAt = Date.now();
  try {
    const list = document.getElementById("msgr-list");
    const part = await getPart(location.href, {
      "X-Messenger-Known": marksOf(list),
    });
    patchRows(list, part.querySelector("#msgr-list"));
    list.dispatchEvent(new CustomEvent("patched"));
    showCounts(part);
    allIsWell();
  } catch (error) {
    if (error.isLoggedOut) location.reload();
    else tellTrouble(error);
  } finally {
    running = false;
    pause = pauseAfter(Date.now() - readAt);
    if (wanted) schedule();
  }
}

function pauseAfter(readingMs) {
  const fair = readingMs * PAUSE_PER_READING;
  return Math.min(Math.max(fair, PAUSE_MS), LONGEST_PAUSE_MS);
}

function showCounts(part) {
  for (const count of part.querySelectorAll("[data-msgr-count-of]")) {
    const name = count.dataset.msgrCountOf;
    const label = document.querySelector(`[data-msgr-count="${name}"]`);
    if (label) label.textContent = count.textContent;
  }
}
