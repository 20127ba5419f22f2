/**
 * The page behind a mail's link: the widget learns who has come, the secret leaves
 * the address, and the chat opens. Runs before the widget looks into its storage,
 * which waits for the page to be parsed.
 */

import { Storage } from "../widget/storage.js";

const button = document.querySelector("[data-msgr-back]");
const { widgetToken, visitorToken, address } = button.dataset;

if (visitorToken) takeOver(new Storage(widgetToken), visitorToken);
history.replaceState(null, "", address);
button.addEventListener("click", () => window.Messenger?.open());
window.Messenger?.open();

/** What somebody else began to write in this browser is not sent in this visitor's name. */
function takeOver(storage, token) {
  if (person(storage.record.visitorToken) !== person(token)) {
    storage.draft = "";
    for (const { id } of storage.unsent()) storage.dropUnsent(id);
    storage.update({ seenUpTo: undefined, skipped: undefined });
  }
  storage.update({ visitorToken: token, running: true });
}

/** A token is the person, perhaps an address, a time and a signature. */
function person(token) {
  return String(token ?? "")
    .split(":")[0]
    .split(".", 2)
    .join(".");
}
