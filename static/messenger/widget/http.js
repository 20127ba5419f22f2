/** fetch with a time limit, and every failure as one kind of error. */

const TIMEOUT_MS = 20_000;

/** status 0: no answer at all. `retryAfter` in ms, or null. */
export class ApiError extends Error {
  constructor({
    status = 0,
    code = "network",
    detail = "",
    retryAfter = null,
  } = {}) {
    super(detail || `${status} ${code}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  /** True where the same request may succeed later. */
  get passing() {
    return (
      this.status === 0 ||
      this.status >= 500 ||
      [401, 408, 425, 429].includes(this.status)
    );
  }
}

export async function requestJson(url, { signal, ...options }) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  const cancel = () => limit.abort();
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  try {
    const response = await send(url, { ...options, signal: limit.signal });
    return await parse(response);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}

/** The response once its headers are there; throws for anything but 2xx. */
export async function send(url, options) {
  let response;
  try {
    response = await fetch(url, {
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer-when-downgrade",
      ...options,
    });
  } catch {
    throw new ApiError();
  }
  if (!response.ok) throw await failure(response);
  return response;
}

async function parse(response) {
  try {
    return await response.json();
  } catch {
    // Cut off, or a proxy's page in place of our answer.
    throw new ApiError({ code: "unreadable" });
  }
}

async function failure(response) {
  const answer = await response.json().catch(() => ({}));
  return new ApiError({
    status: response.status,
    code: answer?.code ?? "",
    detail: typeof answer?.detail === "string" ? answer.detail : "",
    retryAfter: retryAfter(response.headers.get("Retry-After")),
  });
}

function retryAfter(value) {
  if (!value) return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds)
    ? seconds * 1000
    : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}
