import { Alerts } from "./alerts.js";
import { Chat } from "./chat.js";
import { Launcher, palette } from "./launcher.js";
import { Opening } from "./opening.js";
import { Panel } from "./panel.js";
import { Storage } from "./storage.js";
import { Dates } from "./timeline.js";

/**
 * context, from widget.js: {addStyle, base, emit, host, launcher, locale, person, root,
 * show, signal, token}. Everything here ends when its `signal` is aborted.
 */
export async function createApp(context) {
  const { default: strings } = await import(`./strings/${context.locale}.js`);
  return new App(context, strings);
}

class App {
  #context;
  #strings;
  #storage;
  #chat;
  #opening;
  #alerts;
  #launcher;
  #panel = null;
  #settings;
  #phase = "loading";
  #problem = "";
  #unread = 0;
  #drawn = true;

  constructor(context, strings) {
    this.#context = context;
    this.#strings = strings;
    const { signal, token } = context;
    this.#storage = new Storage(token);
    this.#settings = this.#storage.record.look ?? {};
    this.#chat = new Chat(context, {
      strings,
      storage: this.#storage,
      settings: () => this.#settings,
      trap: () => this.#panel?.composer.trap.value,
      onArrived: (message) => this.#arrived(message),
      onBegin: (answer) => this.#begin(answer),
      onChange: () => this.#draw(),
    });
    this.#alerts = new Alerts({
      isUnread: () => this.#chat.conversation.unread > 0,
      signal,
      storage: this.#storage,
      strings,
    });
    this.#launcher = new Launcher(context.launcher, strings);
    this.#chat.conversation.markSeen(this.#storage.record.seenUpTo);
    this.#followTabs();
    this.#opening = new Opening({
      session: this.#chat.session,
      signal,
      onProblem: (sentence) => this.#show("problem", sentence),
    });
    this.#opening.run();
  }

  open() {
    this.#panel ??= this.#makePanel();
    if (this.#panel.isOpen) return;
    this.#panel.open();
    this.#render();
    this.#chat.connection.hurry();
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
      await this.#chat.reopen();
    } catch (error) {
      this.#opening.fail(error);
    }
  }

  #begin(answer) {
    const { title, position, color } = answer;
    const look = { title, position, ...palette(color) };
    this.#settings = { ...answer, skipped: this.#storage.record.skipped };
    this.#context.show(look);
    this.#storage.update({ look });
    this.#chat.begin(answer);
    this.#remember();
    this.#welcome(answer.initial_messages);
  }

  async #welcome(messages) {
    if (this.#panel?.isOpen && this.#phase !== "ready") {
      await this.#chat.attachments.prepare(messages);
    }
    this.#show("ready");
  }

  #show(phase, problem = "") {
    this.#phase = phase;
    this.#problem = problem;
    this.#draw();
  }

  /** From the first message on, the chat comes back by itself on the next page. */
  #remember() {
    const running = this.#chat.isRunning;
    if (this.#storage.record.running !== running)
      this.#storage.update({ running });
  }

  /** What the visitor answered changes what is asked from now on. */
  #settle(changes) {
    this.#settings = { ...this.#settings, ...changes };
    this.#chat.delivery.admit();
    this.#draw();
  }

  #send(text, files) {
    this.#chat.typing.stop();
    this.#storage.draft = "";
    this.#chat.outbox.add(text, files);
    this.#remember();
  }

  /** Not sent after all: it is the composer's again. */
  #callBack({ client_message_id: id, body, files }) {
    this.#chat.neighbours.remove(id);
    this.#panel.composer.putBack({ body, files });
  }

  #input(text) {
    this.#storage.draft = text;
    if (text.trim() && this.#chat.session.ready) this.#chat.typing.typed();
  }

  #arrived(message) {
    this.#remember();
    this.#context.emit("message", structuredClone(message));
    this.#alerts.arrived(message);
  }

  #saw(id) {
    if (!this.#panel.isOpen || document.visibilityState !== "visible") return;
    this.#chat.conversation.markSeen(id);
    if (id > (this.#storage.record.seenUpTo ?? 0)) {
      this.#storage.update({ seenUpTo: id });
    }
    this.#chat.reading.saw(id);
  }

  #makePanel() {
    const { addStyle, base, locale, root, signal } = this.#context;
    const panel = new Panel({
      strings: this.#strings,
      dates: new Dates(locale, this.#strings),
      addStyle,
      locale,
      attachments: this.#chat.attachments,
      base,
      signal,
      storage: this.#storage,
      onChange: () => this.#draw(),
      draft: this.#storage.draft,
      onClose: () => this.close(),
      onSeen: (id) => this.#saw(id),
      actions: {
        send: (text, files) => this.#send(text, files),
        input: (text) => this.#input(text),
        retry: (id) => this.#chat.neighbours.retry(id),
        remove: (id) => this.#chat.neighbours.remove(id),
        cancel: (entry) => this.#callBack(entry),
        again: () => this.#tryAgain(),
        post: (path, body) => this.#chat.post(path, body),
        settle: (changes) => this.#settle(changes),
      },
    });
    panel.composer.takeDrops(panel.element);
    panel.addTool(this.#alerts.toggle);
    root.append(panel.element);
    return panel;
  }

  #tryAgain() {
    this.#show("loading");
    this.#opening.again();
  }

  #followTabs() {
    const { signal } = this.#context;
    window.addEventListener(
      "storage",
      ({ key }) => {
        if (key !== this.#storage.key) return;
        this.#chat.conversation.markSeen(this.#storage.record.seenUpTo);
        this.#alerts.follow();
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
    const {
      assignee,
      firstUnread,
      messages,
      operatorReadUpTo,
      operatorTyping,
      rating,
      unread,
    } = this.#chat.conversation;
    this.#launcher.render(Boolean(this.#panel?.isOpen), unread);
    if (unread !== this.#unread) {
      this.#unread = unread;
      this.#context.emit("unread", unread);
    }
    this.#alerts.unread(unread);
    if (!this.#panel?.isOpen) return;
    this.#panel.render({
      phase: this.#phase,
      problem: this.#problem,
      settings: this.#settings,
      assignee,
      typing: operatorTyping,
      messages,
      firstUnread,
      rating,
      entries: this.#chat.neighbours.entries,
      readUpTo: operatorReadUpTo,
      unread,
      lost: this.#chat.connection.lost,
    });
    this.#panel.composer.render(this.#settings);
  }
}
