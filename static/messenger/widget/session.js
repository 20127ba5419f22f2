import { ApiError, request, requestError, requestJson } from "./http.js";

const PROOFS_IN_A_ROW = 3;
const STORED_MS = 150;

/**
 * An expired session is renewed unseen, once for all requests that wait for it. Its
 * token lives in memory only; what outlasts the page is the visitor token.
 */
export class Session {
  #token = null;
  #flight = null;
  #challenge = null;
  #options;

  constructor(options) {
    this.#options = options;
  }

  get ready() {
    return this.#token !== null;
  }

  /** Calls that come while one is under way share it. */
  open() {
    this.#flight ??= this.#bootstrap().finally(() => {
      this.#flight = null;
    });
    return this.#flight;
  }

  /** Even then: who the visitor is has changed. */
  async reopen() {
    await this.#flight?.catch(() => {});
    return this.open();
  }

  get(path) {
    return this.#repeatable(path, requestJson);
  }

  post(path, body = {}) {
    return this.#repeatable(path, requestJson, asJson(body));
  }

  /** A message, with a proof of work where the server wants one. */
  send(body) {
    return this.#proved((more) => this.post("send/", { ...body, ...more }));
  }

  /** The same by another `send` than fetch; its options are made anew each time. */
  upload(path, send, makeOptions) {
    return this.#proved((more) =>
      this.#repeatable(path, send, makeOptions(more)),
    );
  }

  stream(lastEventId, signal) {
    const headers = { "Last-Event-ID": String(lastEventId) };
    return this.#repeatable("stream/", request, { headers, signal });
  }

  /** A challenge that has run out is answered by a new one. */
  async #proved(send) {
    for (let left = PROOFS_IN_A_ROW; ; left -= 1) {
      try {
        const hp = this.#options.trap() || undefined;
        return await send({ hp, ...(await this.#proof()) });
      } catch (error) {
        const { answer, code } = requestError(error);
        if (code !== "captcha_required" || !left) throw error;
        this.#challenge = answer.challenge;
      }
    }
  }

  async #proof() {
    const challenge = this.#challenge;
    if (!challenge) return {};
    const { prove } = await import("./proof.js").catch(() =>
      Promise.reject(new ApiError()),
    );
    const captcha = await prove(challenge, this.#options.signal);
    // It is good for one message, whatever becomes of this one.
    this.#challenge = null;
    return { captcha };
  }

  async #repeatable(path, send, options) {
    if (!this.ready) await this.open();
    const used = this.#token;
    try {
      return await this.#send(path, send, options);
    } catch (error) {
      if (requestError(error).code !== "session_invalid") throw error;
      if (used === this.#token) await this.open();
      return this.#send(path, send, options);
    }
  }

  #send(path, send, { headers, ...options } = {}) {
    const { api, token, locale, signal } = this.#options;
    const own = { "Accept-Language": locale, "X-Widget-Token": token };
    if (this.ready) own["X-Widget-Session"] = this.#token;
    return send(api + path, {
      signal,
      headers: { ...own, ...headers },
      ...options,
    });
  }

  async #bootstrap() {
    const { storage, onBootstrap } = this.#options;
    const ask = () => this.#ask();
    // Two tabs opened at once by a new visitor would be two contacts.
    const answer = await (storage.record.visitorToken
      ? ask()
      : alone(storage.key, ask));
    this.#token = answer.widget_session_token;
    this.#challenge = answer.captcha_required ? answer.challenge : null;
    onBootstrap(answer);
  }

  async #ask() {
    const { person, storage, locale } = this.#options;
    const body = {
      visitor_token: storage.record.visitorToken,
      contact_external_id: claim(person.id, 190),
      identity_hash: claim(person.hash, 200),
      name: claim(person.name, 120),
      email: claim(person.email, 254, /^\S+@\S+\.\S+$/),
      phone: claim(person.phone, 40),
      locale,
      page_url: location.href.split("#")[0],
      referrer: document.referrer,
    };
    const answer = await this.#send("bootstrap/", requestJson, asJson(body));
    storage.update({ visitorToken: answer.visitor_token });
    return answer;
  }
}

/**
 * Locks may be missing, or refused: in a sandboxed frame, or where cookies are blocked.
 * What one process stores, another may see later than that the lock is free: whoever
 * waits for it waits that much longer, this tab does not.
 */
async function alone(name, action) {
  let begun = null;
  const begin = () => {
    begun ??= action();
    return begun;
  };
  const hold = async () => {
    granted();
    await begin();
    await new Promise((resolve) => setTimeout(resolve, STORED_MS));
  };
  let granted;
  await new Promise((resolve) => {
    granted = resolve;
    navigator.locks?.request(name, hold).catch(resolve) ?? resolve();
  });
  return begin();
}

function asJson(body) {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
}

/** What the page says of the visitor: left out rather than refused by the server. */
function claim(value, longest, pattern = /./) {
  const text = String(value ?? "").slice(0, longest);
  return pattern.test(text) ? text : undefined;
}
