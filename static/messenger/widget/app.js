import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { FOREVER_MS, Pause, requestError } from "./http.js";
import { Launcher, palette } from "./launcher.js";
import { Outbox, OwnTyping, Reading } from "./outgoing.js";
import { Panel } from "./panel.js";
import { Session } from "./session.js";
import { Storage } from "./storage.js";
import { Dates } from "./timeline.js";

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
  #again;

  constructor(context, strings) {
    this.#context = context;
    this.#strings = strings;
    const { base, locale, person, signal, token } = context;
    const onChange = () => this.#draw();
    this.#again = new Pause(signal);
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
    const shared = { session: this.#session, onChange, signal };
    this.#conversation = new Conversation({
      ...shared,
      onMessage: (message) => this.#arrived(message),
    });
    this.#outbox = new Outbox({
      storage: this.#storage,
      deliver: (entry) => this.#deliver(entry),
      ...shared,
    });
    this.#connection = new Connection({
      ...shared,
      cursor: () => this.#conversation.cursor,
      onUpdate: (update) => this.#conversation.update(update),
    });
    this.#reading = new Reading(shared);
    this.#typing = new OwnTyping(shared);
    this.#launcher = new Launcher(context.launcher, strings);
    this.#conversation.markSeen(this.#storage.record.seenUpTo);
    this.#followTabs();
    this.#connect();
  }

  open() {
    this.#panel ??= this.#makePanel();
    if (this.#panel.isOpen) return;
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
    for (
      let attempt = 1;
      !this.#session.ready && !signal.aborted;
      attempt += 1
    ) {
      try {
        await this.#session.open();
      } catch (error) {
        this.#fail(error);
        await this.#again.wait(
          error.passing ? error.wait(attempt, LONGEST_WAIT_MS) : FOREVER_MS,
        );
      }
    }
  }

  #fail(error) {
    const { detail } = requestError(error);
    if (this.#session.ready) return;
    this.#phase = "problem";
    this.#problem = detail;
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
    this.#launcher.render(Boolean(this.#panel?.isOpen), unread);
    if (unread !== this.#unread) {
      this.#unread = unread;
      this.#context.emit("unread", unread);
    }
    if (!this.#panel?.isOpen) return;
    this.#panel.render({
      phase: this.#phase,
      problem: this.#problem,
      settings: this.#settings,
      assignee,
      typing: operatorTyping,
      messages,
      entries: this.#outbox.entries,
      readUpTo: operatorReadUpTo,
      unread,
      lost: this.#connection.lost,
    });
  }
}
