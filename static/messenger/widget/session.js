import { ApiError, requestJson, send } from "./http.js";

/**
 * The visitor's session: bootstraps, and puts the tokens on every request. An expired
 * session is renewed unseen, once for all the requests that wait for it.
 *
 * The session token lives in memory only; what outlasts the page is the visitor token.
 */
export class Session {
  #token = null;
  #flight = null;
  #options;

  /** options: {api, token, locale, storage, person, signal, onBootstrap} */
  constructor(options) {
    this.#options = options;
  }

  get ready() {
    return this.#token !== null;
  }

  /** Bootstraps; calls that come while one is under way share it. */
  open() {
    this.#flight ??= this.#bootstrap().finally(() => {
      this.#flight = null;
    });
    return this.#flight;
  }

  /** Bootstraps anew even if one is under way: who the visitor is has changed. */
  async reopen() {
    await this.#flight?.catch(() => {});
    return this.open();
  }

  get(path, query) {
    const search = new URLSearchParams(query).toString();
    return this.#repeatable((headers) =>
      requestJson(this.#url(search ? `${path}?${search}` : path), {
        headers,
        signal: this.#options.signal,
      }),
    );
  }

  post(path, body = {}) {
    return this.#repeatable((headers) =>
      requestJson(this.#url(path), this.#json(body, headers)),
    );
  }

  /** The open response of an event stream; the caller reads it and ends it by `signal`. */
  stream(path, { lastEventId, signal }) {
    return this.#repeatable((headers) =>
      send(this.#url(path), {
        headers: {
          ...headers,
          Accept: "text/event-stream",
          "Last-Event-ID": String(lastEventId),
        },
        signal,
      }),
    );
  }

  async #repeatable(request) {
    if (!this.#token) await this.open();
    const used = this.#token;
    try {
      return await request(this.#headers());
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "session_invalid") {
        throw error;
      }
      if (used === this.#token) await this.open();
      return request(this.#headers());
    }
  }

  async #bootstrap() {
    const { storage } = this.#options;
    // Two tabs opened at once by a new visitor would be two contacts.
    const answer = storage.record.visitorToken
      ? await this.#ask()
      : await exclusively(storage.key, () => this.#ask());
    this.#token = answer.widget_session_token;
    this.#options.onBootstrap(answer);
    return answer;
  }

  async #ask() {
    const { person, storage } = this.#options;
    const answer = await requestJson(
      this.#url("bootstrap/"),
      this.#json({
        visitor_token: storage.record.visitorToken,
        contact_external_id: text(person.id),
        identity_hash: text(person.hash),
        name: text(person.name),
        email: text(person.email),
        phone: text(person.phone),
        locale: this.#options.locale,
        page_url: location.href.split("#")[0],
        referrer: document.referrer || undefined,
      }),
    );
    storage.update({ visitorToken: answer.visitor_token });
    return answer;
  }

  #json(body, headers = this.#headers()) {
    return {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: this.#options.signal,
    };
  }

  #headers() {
    const headers = {
      "Accept-Language": this.#options.locale,
      "X-Widget-Token": this.#options.token,
    };
    if (this.#token) headers["X-Widget-Session"] = this.#token;
    return headers;
  }

  #url(path) {
    return this.#options.api + path;
  }
}

function text(value) {
  return value === undefined || value === null || value === ""
    ? undefined
    : String(value);
}

function exclusively(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
