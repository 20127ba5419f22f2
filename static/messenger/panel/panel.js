/** On every page of the admin: the connection, the badge, copy buttons, and keys for what only a mouse could reach. */

import { showUnread, watchUnread } from "./badge.js";
import { enableCopying } from "./copying.js";
import { mendKeyboard } from "./keyboard.js";
import { live } from "./live.js";

enableCopying();
mendKeyboard();
if (document.querySelector("[data-msgr-unread]")) {
  live.addEventListener("unread", (event) => showUnread(event.detail));
  watchUnread(live);
  live.start();
}
