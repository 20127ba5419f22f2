/** Which conversation somebody looks at in this browser, in whichever of its windows. */

const PREFIX = "msgr-sight:";

/** The open conversation is in sight while its window has the focus; a closed tab holds no lock. */
export function showSight(conversation) {
  if (!conversation || !navigator.locks) return;
  let release = null;
  const look = () => {
    const seen = !document.hidden && document.hasFocus();
    if (!seen) {
      release?.();
      release = null;
    } else if (!release) {
      const held = new Promise((done) => {
        release = done;
      });
      const mode = { mode: "shared" };
      navigator.locks.request(PREFIX + conversation, mode, () => held);
    }
  };
  look();
  for (const name of ["focus", "blur", "pageshow"]) {
    window.addEventListener(name, look);
  }
  document.addEventListener("visibilitychange", look);
}

export async function isInSight(conversation, own) {
  if (conversation === own && !document.hidden && document.hasFocus()) {
    return true;
  }
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  return held.some(({ name }) => name === PREFIX + conversation);
}
