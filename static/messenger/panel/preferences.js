/** How this browser calls its operator: kept here, not in the account, as loudspeakers belong to the desk. */

import { recall, remember } from "./storage.js";

const KEY = "notifications";
const DEFAULTS = { sound: true, volume: 60, desktop: false, text: false };

export function preferences() {
  return { ...DEFAULTS, ...recall(KEY) };
}

export function prefer(changes) {
  remember(KEY, { ...preferences(), ...changes });
}
