import { palette } from "./color.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Dates } from "./dates.js";
import { ApiError } from "./http.js";
import { Launcher } from "./launcher.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Reading } from "./reading.js";
import { Session } from "./session.js";
import { Storage } from "./storage.js";
import { FOREVER_MS, growing, jittered, Pause } from "./timing.js";
import { OwnTyping } from "./typing.js";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * context, from widget.js: {base, emit, host, launcher, locale, person, root, show,
 * signal, token}. Everything here ends when its `signal` is aborted.
 */
export async function createApp(context) {
  const { default: strings } = await import(`./strings/${context.locale}.js`);
  return new App(context, strings);
}

class App {
  #context;
  #strings;
  #storage;
  #session;
  #conversation;
  #outbox;
  #connection;
  #reading;
  #typing;
  #launcher;
  #panel = null;
  #settings;
  #phase = "loading";
  #problem = "";
  #unread = 0;
  #drawn = true;
  #again = new Pause();

  constructor(context, strings) {
    this.#context = context;
    this.#strings = strings;
    const { base, locale, person, signal, token } = context;
    const onChange = () => this.#draw();
    this.#storage = new Storage(token);
    this.#settings = this.#storage.record.look ?? {};
    this.#session = new Session({
      api: new URL("../../api/widget/", base).href,
      token,
      locale,
      person,
      signal,
      storage: this.#storage,
      onBootstrap: (answer) => this.#begin(answer),
    });
    this.#conversation = new Conversation({
      onChange,
      onMessage: (message) => this.#arrived(message),
      signal,
    });
    this.#outbox = new Outbox({
      storage: this.#storage,
      deliver: (entry) => this.#deliver(entry),
      onChange,
      signal,
    });
    this.#connection = new Connection({
      session: this.#session,
      cursor: () => this.#conversation.cursor,
      onUpdate: (update) => this.#conversation.update(update),
      onChange,
      signal,
    });
    this.#reading = new Reading({ session: this.#session, signal });
    this.#typing = new OwnTyping({ session: this.#session, signal });
    this.#launcher = new Launcher(context.launcher, strings);
    this.#conversation.markSeen(this.#storage.record.seenUpTo);
    this.#followTabs();
    this.#connect();
  }

  open() {
    this.#panel ??= this.#makePanel();
    if (this.#panel.isOpen) return;
    this.#render();
    this.#panel.open();
    this.#render();
    this.#connection.hurry();
    this.#context.emit("open");
  }

  close() {
    if (!this.#panel?.isOpen) return;
    this.#panel.close(this.#launcher);
    this.#render();
    this.#context.emit("close");
  }

  /** `person` of the context has changed. */
  async identify() {
    try {
      await this.#session.reopen();
      this.#connection.restart();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #connect() {
    const { signal } = this.#context;
    window.addEventListener("online", () => this.#again.wake(), { signal });
    signal.addEventListener("abort", () => this.#again.wake());
    for (
      let attempt = 0;
      !this.#session.ready && !signal.aborted;
      attempt += 1
    ) {
      try {
        await this.#session.open();
      } catch (error) {
        await this.#again.wait(this.#waitAfter(error, attempt));
      }
    }
  }

  #waitAfter(error, attempt) {
    this.#fail(error);
    if (!error.passing) return FOREVER_MS;
    return (
      error.retryAfter ??
      jittered(growing(FIRST_WAIT_MS, attempt, LONGEST_WAIT_MS))
    );
  }

  #fail(error) {
    if (!(error instanceof ApiError)) throw error;
    if (this.#session.ready) return;
    this.#phase = "problem";
    this.#problem = error.detail;
    this.#draw();
  }

  #begin(answer) {
    const { title, position, color } = answer;
    const look = { title, position, ...palette(color) };
    this.#settings = answer;
    this.#phase = "ready";
    this.#problem = "";
    this.#context.show(look);
    this.#conversation.begin(answer);
    this.#storage.update({ look });
    this.#remember();
    this.#connection.start(answer);
    this.#outbox.run();
    this.#draw();
  }

  /** From the first message on, the chat comes back by itself on the next page. */
  #remember() {
    const running =
      this.#conversation.messages.length > 0 || this.#outbox.entries.length > 0;
    if (this.#storage.record.running !== running)
      this.#storage.update({ running });
  }

  async #deliver({ id, body }) {
    const message = await this.#session.post("send/", {
      body,
      client_message_id: id,
    });
    this.#conversation.add(message);
    this.#connection.hurry();
  }

  #send(text) {
    this.#typing.stop();
    this.#storage.draft = "";
    this.#outbox.add(text);
    this.#remember();
  }

  #input(text) {
    this.#storage.draft = text;
    if (text.trim() && this.#session.ready) this.#typing.typed();
  }

  #arrived(message) {
    if (message.client_message_id) this.#outbox.drop(message.client_message_id);
    this.#remember();
    this.#context.emit("message", structuredClone(message));
  }

  #saw(id) {
    if (!this.#panel.isOpen || document.visibilityState !== "visible") return;
    this.#conversation.markSeen(id);
    if (id > (this.#storage.record.seenUpTo ?? 0)) {
      this.#storage.update({ seenUpTo: id });
    }
    this.#reading.saw(id);
  }

  #makePanel() {
    const { base, locale, root, signal } = this.#context;
    const panel = new Panel({
      strings: this.#strings,
      dates: new Dates(locale, this.#strings),
      base,
      signal,
      draft: this.#storage.draft,
      onClose: () => this.close(),
      onSeen: (id) => this.#saw(id),
      actions: {
        send: (text) => this.#send(text),
        input: (text) => this.#input(text),
        retry: (id) => this.#outbox.retry(id),
        remove: (id) => this.#outbox.drop(id),
        again: () => this.#tryAgain(),
      },
    });
    root.append(panel.element);
    return panel;
  }

  #tryAgain() {
    this.#phase = "loading";
    this.#draw();
    this.#again.wake();
  }

  #followTabs() {
    const { signal } = this.#context;
    window.addEventListener(
      "storage",
      ({ key }) => {
        if (key !== this.#storage.key) return;
        this.#conversation.markSeen(this.#storage.record.seenUpTo);
      },
      { signal },
    );
    document.addEventListener(
      "visibilitychange",
      () => this.#panel?.log.reportSeen(),
      { signal },
    );
  }

  /** Many changes at once are drawn once. */
  #draw() {
    if (!this.#drawn) return;
    this.#drawn = false;
    queueMicrotask(() => this.#render());
  }

  #render() {
    this.#drawn = true;
    if (this.#context.signal.aborted) return;
    const { assignee, messages, operatorReadUpTo, operatorTyping, unread } =
      this.#conversation;
    this.#launcher.render({ open: Boolean(this.#panel?.isOpen), unread });
    if (unread !== this.#unread) {
      this.#unread = unread;
      this.#context.emit("unread", unread);
    }
    if (!this.#panel?.isOpen) return;
    this.#panel.render({
      phase: this.#phase,
      problem: this.#problem,
      ready: this.#phase === "ready",
      settings: this.#settings,
      greeting: this.#settings.greeting,
      assignee,
      typist: assignee.name,
      typing: operatorTyping,
      messages,
      entries: this.#outbox.entries,
      readUpTo: operatorReadUpTo,
      unread,
      lost: this.#connection.lost,
    });
  }
}
