import { solve } from "./work.js";

const PATIENCE_MS = 15_000;

/**
 * The solution of a challenge, as `send/` takes it: from a worker, so that the page
 * notices nothing; in short slices on the page's own thread where it allows none.
 */
export async function prove(challenge, signal) {
  const solution = isStrict() ? undefined : await inWorker(challenge, signal);
  return solution ?? (signal.aborted ? undefined : solve(challenge, signal));
}

/** A strict page would forbid the worker, and report the attempt to its owner. */
function isStrict() {
  const signs = "script[nonce], meta[http-equiv=content-security-policy i]";
  return document.querySelector(signs) !== null;
}

/** A worker from another origin can only be a blob, which imports the real one. */
function inWorker(challenge, signal) {
  const real = new URL("./proof-worker.js", import.meta.url).href;
  const source = [`import ${JSON.stringify(real)};`];
  const url = URL.createObjectURL(
    new Blob(source, { type: "text/javascript" }),
  );
  return new Promise((resolve) => {
    let worker = null;
    const end = (solution) => {
      clearTimeout(timer);
      worker?.terminate();
      URL.revokeObjectURL(url);
      resolve(solution);
    };
    const timer = setTimeout(end, PATIENCE_MS);
    try {
      worker = new Worker(url, { type: "module" });
    } catch {
      end();
      return;
    }
    worker.addEventListener("message", ({ data }) => end(data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      end();
    });
    signal.addEventListener("abort", () => end(), { once: true });
    worker.postMessage(challenge);
  });
}
