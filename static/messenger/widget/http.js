const TIMEOUT_MS = 20_000;
const FIRST_WAIT_MS = 1_000;
// A proxy may ask for hours.
const LONGEST_RETRY_MS = 600_000;

/** status 0: no answer; answer: what else the server said; retryAfter: ms, or null. */
export class ApiError extends Error {
  constructor(status = 0, answer = {}, retryAfter = null) {
    const { code = "", detail = "" } = answer;
    super(`${status} ${code}`);
    Object.assign(this, { status, code, answer, retryAfter });
    this.detail = String(detail);
  }

  get passing() {
    return (
      this.status === 0 ||
      this.status >= 500 ||
      [401, 408, 429].includes(this.status)
    );
  }

  wait(attempt, longest) {
    return (
      this.retryAfter ?? jittered(growing(FIRST_WAIT_MS, attempt, longest))
    );
  }
}

/** Any other error is a fault of ours and goes on. */
export function requestError(error) {
  if (error instanceof ApiError) return error;
  throw error;
}

export async function requestJson(url, { signal, ...options }) {
  const limit = new AbortController();
  const end = () => limit.abort();
  const timer = setTimeout(end, TIMEOUT_MS);
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  try {
    const response = await request(url, { ...options, signal: limit.signal });
    // Cut off, or a proxy's page in place of our answer.
    return await response.json().catch(() => Promise.reject(new ApiError()));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/** The response once its headers are there; throws for anything but 2xx. */
export async function request(url, options) {
  const response = await fetch(url, {
    cache: "no-store",
    credentials: "omit",
    ...options,
  }).catch(() => Promise.reject(new ApiError()));
  if (response.ok) return response;
  const answer = await response.json().catch(() => null);
  const wait = retryAfter(response.headers.get("Retry-After"));
  throw new ApiError(response.status, answer ?? {}, wait);
}

/** The header's seconds in ms, or null. */
export function retryAfter(header) {
  const seconds = Number(header);
  return seconds > 0 ? Math.min(seconds * 1000, LONGEST_RETRY_MS) : null;
}

export const FOREVER_MS = 2 ** 31 - 1;

/** ±20 %, so that a thousand widgets do not come back in the same second. */
export function jittered(milliseconds) {
  return milliseconds * (0.8 + Math.random() * 0.4);
}

export function growing(base, attempt, limit, factor = 2) {
  return Math.min(limit, base * factor ** Math.max(0, attempt));
}

/** One wait at a time; ends early by `wake()`, and for good with `signal`. */
export class Pause {
  #signal;
  #timer = null;
  #resolve = null;

  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.wake());
  }

  wait(milliseconds) {
    this.wake();
    if (this.#signal.aborted) return undefined;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#timer = setTimeout(() => this.wake(), milliseconds);
    });
  }

  wake() {
    clearTimeout(this.#timer);
    this.#resolve?.();
    this.#resolve = null;
  }
}
