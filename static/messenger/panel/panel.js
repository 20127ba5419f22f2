/** On every page of the admin: connection, badge, notices, copy buttons, and keys for what only a mouse could reach. */

import { callForMore, watchAttention } from "./attention.js";
import { startAttentionMenu } from "./attention-menu.js";
import { showUnread, watchUnread } from "./badge.js";
import { nameChoosers } from "./choosers.js";
import { enableCopying } from "./copying.js";
import { mendKeyboard } from "./keyboard.js";
import { live } from "./live.js";
import { mendUserMenu } from "./menu.js";
import { watchNotices } from "./notices.js";
import { nameCells } from "./tables.js";
import { mendTabs } from "./tabs.js";
import { watchTeam } from "./team.js";

enableCopying();
mendKeyboard();
nameChoosers();
nameCells();
mendTabs();
mendUserMenu();
if (document.querySelector("[data-msgr-unread]")) {
  live.addEventListener("unread", (event) => showUnread(event.detail));
  watchUnread(live, { onMore: callForMore });
  watchNotices();
  watchAttention();
  startAttentionMenu();
  watchTeam();
  live.start();
}
