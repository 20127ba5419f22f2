/** The browser's own notifications: asked for by a click only, shown by one tab, without text unless it is wanted. */

import { getPart, Refusal } from "./http.js";

const LONGEST_TEXT = 160;

/** `granted`, `denied`, `default` (not asked yet), or `unsupported`: without https, or in a browser without them. */
export function permission() {
  if (!("Notification" in window) || !window.isSecureContext) {
    return "unsupported";
  }
  return Notification.permission;
}

/** To be called by a click. */
export async function askPermission() {
  return permission() === "unsupported"
    ? "unsupported"
    : Notification.requestPermission();
}

/** Of several about one conversation the newest stays; a click leads to `url` in this tab. */
export function showNotification({ title, body, tag, url, icon }) {
  let shown;
  try {
    // The sound is ours, and one.
    shown = new Notification(title, { body, tag, icon, silent: true });
  } catch {
    return; // Android's browsers leave them to service workers.
  }
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
    if (url && new URL(url, location.href).pathname !== location.pathname) {
      location.assign(url);
    }
  });
}

/** What was written, as plain text: asked for only where the operator wants to see it. */
export async function textOf({ url, message, user }) {
  if (!message) return "";
  const after = { since_id: message - 1, since_event: 2 ** 53 - 1, as: user };
  try {
    const query = new URLSearchParams(after);
    const part = await getPart(`${url}timeline/?${query}`);
    const row = part.querySelector(`[data-message="${Number(message)}"]`);
    const said = (selector) =>
      row?.querySelector(selector)?.textContent.trim() ?? "";
    const [sender, text] = [said(".msgr-sender"), said(".msgr-text")];
    return [sender, text].filter(Boolean).join(": ").slice(0, LONGEST_TEXT);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return "";
  }
}
