/**
 * Of all tabs that hear of the same thing one does it: whoever holds the lock first, for as long as the others may
 * still come. Without locks, which browsers give to https alone, the tab that is seen does it.
 */

const PREFIX = "msgr-claim:";

export async function claim(name, milliseconds) {
  if (!navigator.locks) return !document.hidden;
  return new Promise((answer) => {
    navigator.locks.request(PREFIX + name, { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      if (!lock) return undefined;
      return new Promise((done) => setTimeout(done, milliseconds));
    });
  });
}
