/** How many messages wait: at "Dialogs" in the sidebar, in the page's title and on its icon. */

import { showOnIcon } from "./favicon.js";
import { getJson } from "./http.js";

const POLL_MS = 15_000;
const LINK = "#nav-sidebar a[href$='/messenger/conversation/']";
const title = document.title.trim();
let shown = 0;
let timesTold = 0;

export function showUnread(number) {
  shown = number;
  timesTold += 1;
  const link = document.querySelector(LINK);
  if (link) badgeOf(link).textContent = number > 99 ? "99+" : number || "";
  document.title = number > 0 ? `(${number}) ${title}` : title;
  showOnIcon(number);
}

/**
 * Shows the number of the page, and asks for it while no stream brings it.
 *
 * Beside a stream it asks as well, seldom and in hidden tabs too: by that the server knows that somebody is there. A
 * laptop that was closed says nothing more, though its stream may look open for long. `onMore()`: by asking it was
 * found that more waits than before.
 */
export function watchUnread(live, { onMore }) {
  const { msgrUnread, msgrBeat } =
    document.querySelector("[data-msgr-unread]").dataset;
  showUnread(Number(msgrUnread));
  setInterval(() => {
    if (!live.isStreaming && !document.hidden) ask(onMore);
  }, POLL_MS);
  // What was read while the stream was being opened, it doesn't tell.
  live.addEventListener("look", () => live.isStreaming && ask(onMore));
  setInterval(() => live.speaksForBrowser && ask(onMore), msgrBeat * 1000);
}

async function ask(onMore) {
  const before = shown;
  const askedAt = timesTold;
  try {
    const { unread } = await getJson("/api/messenger/unread/");
    // What was told meanwhile is newer: the answer may be of before it.
    if (timesTold !== askedAt) return;
    showUnread(unread);
    if (shown > before) onMore();
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
