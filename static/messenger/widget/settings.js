/** What the inbox said at the opening, and what it means by now. */
export const DETAILS = ["name", "email", "phone"];

/** Nobody is there: a moment of opening that has passed is believed, not asked for. */
export function isAway(settings) {
  if (settings.offline_mode) return true;
  if (!settings.outside_working_hours) return false;
  const { next_opening_at: opening } = settings;
  return !opening || Date.now() < Date.parse(opening);
}

/** No message goes out before this is answered. */
export function isGated({ prechat_required, consent_required }) {
  return Boolean(prechat_required || consent_required);
}

/** In the composer's place stands a form. What is optional is asked once, at the start. */
export function asksFirst({ phase, settings, messages, entries }) {
  if (phase !== "ready") return false;
  if (isGated(settings)) return true;
  const started = messages.length > 0 || entries.length > 0;
  return !started && !settings.skipped && prechatFields(settings).length > 0;
}

export function prechatFields({ prechat_fields: wanted }) {
  return DETAILS.filter((name) => wanted && Object.hasOwn(wanted, name));
}
