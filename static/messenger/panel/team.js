/** Keeps true who is on duty above the list and, in all tabs, what the reader's own status is. */

import { getPart, Refusal } from "./http.js";
import { live } from "./live.js";
import { MyStatus } from "./my_status.js";
import { recall, remember } from "./storage.js";

const SOON_MS = 50;
const PAUSE_MS = 1000;
// Of how much each has to do the line may be a few seconds late.
const LATER_MS = 5000;
const CHANGES_LOAD = new Set(["conversation", "moved"]);
// Nothing tells that somebody's lease has run out.
const TICK_MS = 60_000;

const mine = new MyStatus();
let timer = 0;
let dueAt = Infinity;
let readAt = 0;

export function watchTeam() {
  if (!mine.start()) return;
  live.addEventListener("event", ({ detail }) => {
    if (detail.type === "presence") {
      const isMine = detail.user === mine.user;
      if (isShown() || isMine) schedule(SOON_MS, isMine);
    } else if (isShown() && CHANGES_LOAD.has(detail.type)) {
      schedule(LATER_MS);
    }
  });
  if (!isShown()) return;
  keepOpen(document.getElementById("msgr-team"));
  live.addEventListener("look", () => schedule(SOON_MS));
  setInterval(() => schedule(SOON_MS), TICK_MS);
}

function isShown() {
  return document.getElementById("msgr-team") !== null;
}

/** Whoever opened it wants to see it tomorrow as well. */
function keepOpen(team) {
  if (recall("team-open")) team.open = true;
  team.addEventListener("toggle", () =>
    remember("team-open", team.open || null),
  );
}

/** A hidden tab waits: as soon as it is seen again it looks. One's own status it must know: busy means silence. */
function schedule(wait, even = false) {
  const due = Math.max(Date.now() + wait, readAt + PAUSE_MS);
  if (due >= dueAt || (document.hidden && isShown() && !even)) return;
  clearTimeout(timer);
  dueAt = due;
  timer = setTimeout(refresh, due - Date.now());
}

async function refresh() {
  dueAt = Infinity;
  readAt = Date.now();
  try {
    patch(await getPart(mine.teamUrl));
  } catch (error) {
    // The list says what is wrong, and the next time may do.
    if (!(error instanceof Refusal)) throw error;
  }
}

function patch(part) {
  mine.learn(part.querySelector("[data-msgr-my-status]")?.dataset.status);
  for (const selector of [".msgr-team-count", ".msgr-team-groups"]) {
    const shown = document.querySelector(selector);
    const fresh = part.querySelector(selector);
    if (shown && fresh && !shown.isEqualNode(fresh)) shown.replaceWith(fresh);
  }
}
