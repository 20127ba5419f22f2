import { sha256After } from "./sha256.js";

const SLICE_MS = 8;
const AT_ONCE = 256;

/**
 * Finds the number of an ALTCHA challenge, such that SHA-256 of salt and number is the
 * challenge; answers the solution as `send/` takes it, undefined if there is none. In
 * slices, between which a page can do its own work. WebCrypto would be slower by far:
 * each of its short digests is a round trip.
 */
export async function solve(challenge, signal) {
  const { algorithm, challenge: hex, maxnumber, salt, signature } = challenge;
  if (algorithm !== "SHA-256" || !/^[\da-f]{64}$/i.test(hex)) return undefined;
  const number = await find(sha256After(salt), toWords(hex), maxnumber, signal);
  if (number === undefined) return undefined;
  return btoa(
    JSON.stringify({ algorithm, challenge: hex, number, salt, signature }),
  );
}

async function find(digest, wanted, last, signal) {
  const turn = turns();
  let until = performance.now() + SLICE_MS;
  for (let number = 0; number <= last; number += 1) {
    if (number % AT_ONCE === 0 && performance.now() > until) {
      await turn();
      if (signal.aborted) return undefined;
      until = performance.now() + SLICE_MS;
    }
    const found = digest(String(number));
    if (
      found[0] === wanted[0] &&
      wanted.every((word, at) => word === found[at])
    ) {
      return number;
    }
  }
  return undefined;
}

function toWords(hex) {
  return Int32Array.from({ length: 8 }, (_, at) =>
    Number.parseInt(hex.slice(8 * at, 8 * at + 8), 16),
  );
}

/** Lets the page go on. A hidden page's timers come once a second, its messages at once. */
function turns() {
  const { port1, port2 } = new MessageChannel();
  return () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
}
