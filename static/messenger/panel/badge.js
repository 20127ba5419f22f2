/** How many messages wait: at "Dialogs" in the sidebar and in the page's title. */

import { getJson } from "./http.js";

const POLL_MS = 15_000;
const LINK = "#nav-sidebar a[href$='/messenger/conversation/']";
const title = document.title.trim();

export function showUnread(number) {
  const link = document.querySelector(LINK);
  if (link) badgeOf(link).textContent = number > 99 ? "99+" : number || "";
  document.title = number > 0 ? `(${number}) ${title}` : title;
}

/**
 * Shows the number of the page, and asks for it while no stream brings it.
 *
 * Beside a stream it asks as well, seldom and in hidden tabs too: by that the server knows that somebody is there. A
 * laptop that was closed says nothing more, though its stream may look open for long.
 */
export function watchUnread(live) {
  const { msgrUnread, msgrBeat } =
    document.querySelector("[data-msgr-unread]").dataset;
  showUnread(Number(msgrUnread));
  setInterval(() => {
    if (!live.isStreaming && !document.hidden) ask();
  }, POLL_MS);
  setInterval(() => live.speaksForBrowser && ask(), msgrBeat * 1000);
}

async function ask() {
  try {
    showUnread((await getJson("/api/messenger/unread/")).unread);
  } catch {
    // The next time will do.
  }
}

function badgeOf(link) {
  const found = link.querySelector(".msgr-nav-badge");
  if (found) return found;
  const badge = document.createElement("span");
  badge.className = "msgr-nav-badge";
  link.append(badge);
  return badge;
}
