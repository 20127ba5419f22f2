/**
 * The timeline's lines. The server renders them, on the page and in every part; here they are only put in place.
 *
 * Fires `changed` (detail: canReply, hasIncoming) whenever a part was merged.
 */

import { History, hasLine } from "./history.js";
import { getPart } from "./http.js";
import { Scroll } from "./scroll.js";
import { allIsWell, tellTrouble } from "./trouble.js";

export class Timeline extends EventTarget {
  #url;
  #user;
  #running = false;
  #again = false;

  constructor({ url, user }) {
    super();
    this.#url = url;
    this.#user = user;
    this.list = document.getElementById("msgr-timeline");
    this.scroll = new Scroll();
    this.history = new History({ url, list: this.list, scroll: this.scroll });
  }

  start() {
    this.scroll.start();
    this.history.start();
  }

  /** The id of the last message from the contact, or of the last note that names the operator. */
  get lastToRead() {
    const rows = this.list.querySelectorAll(
      ".msgr-message-in[data-message], [data-mentions-me]",
    );
    return Number(rows[rows.length - 1]?.dataset.message ?? 0);
  }

  /** Asks for what is newer than the page; while one request runs, a second waits for it. */
  async sync() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    this.#again = false;
    try {
      const query = new URLSearchParams(this.cursorForm());
      const more = this.merge(await getPart(`${this.#url}timeline/?${query}`));
      this.#again ||= more;
      allIsWell();
    } catch (error) {
      tellTrouble(error);
    } finally {
      this.#running = false;
      if (this.#again) this.sync();
    }
  }

  /** The cursor as fields of a form; `as` is whose page this is, whoever has logged in since. */
  cursorForm() {
    const form = new FormData();
    form.set("since_id", this.#last("message"));
    form.set("since_event", this.#last("event"));
    form.set("as", this.#user);
    return form;
  }

  /** Puts a part's news in place; answers whether there is more to ask for. */
  merge(part) {
    const fragment = part.querySelector("#msgr-fragment");
    const { contact, unread, canReply, hasMore, user } = fragment.dataset;
    if (user !== this.#user) location.reload();
    const added = this.#append([...fragment.querySelectorAll("ol > li")]);
    this.#markRead(new Set(unread.split(",")));
    replaceParts(fragment);
    if (contact) this.#nameContact(contact);
    const incoming = added.filter((row) => row.matches(".msgr-message-in"));
    if (added.length > 0) this.scroll.afterAppend(incoming.length > 0);
    this.dispatchEvent(
      new CustomEvent("changed", {
        detail: {
          canReply: canReply === "1",
          hasIncoming: incoming.length > 0,
        },
      }),
    );
    return hasMore === "1";
  }

  /** Adds an answer that is still on its way; the stored one takes its place. */
  addPending(row) {
    this.list.append(row);
    this.scroll.toBottom();
  }

  hasStored(clientId) {
    return this.#storedRow(clientId) !== null;
  }

  #storedRow(clientId) {
    const id = CSS.escape(clientId);
    return this.list.querySelector(`[data-message][data-client-id="${id}"]`);
  }

  #append(rows) {
    const added = rows.filter((row) => !hasLine(this.list, row));
    const firstPending = this.list.querySelector(".msgr-pending");
    for (const row of added) {
      const { clientId } = row.dataset;
      if (clientId) this.#removePending(clientId);
      const place = firstPending?.isConnected
        ? firstPending
        : this.list.querySelector(".msgr-pending");
      this.list.insertBefore(row, place);
    }
    return added;
  }

  #removePending(clientId) {
    const id = CSS.escape(clientId);
    this.list.querySelector(`.msgr-pending[data-client-id="${id}"]`)?.remove();
  }

  #last(kind) {
    const ids = [...this.list.querySelectorAll(`[data-${kind}]`)].map((row) =>
      Number(row.dataset[kind]),
    );
    return ids.reduce((highest, id) => Math.max(highest, id), 0);
  }

  #markRead(unread) {
    for (const row of this.list.querySelectorAll(
      ".msgr-message-out[data-message]",
    )) {
      row.classList.toggle("msgr-read", !unread.has(row.dataset.message));
    }
  }

  /** What they wrote before they said who they are stands under their name, too. */
  #nameContact(name) {
    for (const sender of this.list.querySelectorAll(
      ".msgr-message-in .msgr-sender bdi",
    )) {
      sender.textContent = name;
    }
  }
}

/** What of the page changes with its messages: state, actions, notice. */
function replaceParts(fragment) {
  for (const fresh of fragment.querySelectorAll("[data-msgr-part]")) {
    const { msgrPart } = fresh.dataset;
    const current = document.querySelector(`[data-msgr-part="${msgrPart}"]`);
    if (!current || current.isEqualNode(fresh)) continue;
    const hadFocus = current.contains(document.activeElement);
    current.replaceWith(fresh);
    if (hadFocus) {
      (fresh.querySelector("button") ?? document.body).focus();
    }
  }
}
