import { Attachments } from "./attachments.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Delivery, wantsConsent } from "./delivery.js";
import { Neighbours } from "./neighbours.js";
import { Outbox, OwnTyping, Reading } from "./outgoing.js";
import { Session } from "./session.js";

/** All of the conversation that is not seen: what comes, what goes, and the other tabs. */
export class Chat {
  /** options: {onArrived(message), onBegin(answer), onChange, settings(), storage, strings, trap()}. */
  constructor(context, options) {
    const { base, locale, person, signal, token } = context;
    const { onArrived, onBegin, onChange, settings, storage, strings, trap } =
      options;
    this.session = new Session({
      api: new URL("../../api/widget/", base).href,
      token,
      locale,
      person,
      signal,
      storage,
      trap,
      onBootstrap: onBegin,
    });
    const shared = { session: this.session, onChange, signal };
    this.conversation = new Conversation({
      ...shared,
      onMessage: (message) => {
        if (message.client_message_id)
          this.outbox.drop(message.client_message_id);
        onArrived(message);
      },
    });
    this.attachments = new Attachments({
      ...context,
      ...shared,
      strings,
      storage,
      conversation: this.conversation,
    });
    this.outbox = new Outbox({
      ...shared,
      strings,
      attachments: this.attachments,
      storage,
      deliver: (entry) => this.#deliver(entry),
      onChange: () => {
        this.neighbours?.unsentChanged();
        onChange();
      },
    });
    this.delivery = new Delivery({
      ...shared,
      attachments: this.attachments,
      settings,
    });
    this.neighbours = new Neighbours(this.outbox, {
      conversation: this.conversation,
      onChange,
      tell: (type, told) => this.connection.tell(type, told),
    });
    this.connection = new Connection({
      ...shared,
      key: storage.key,
      onTold: (said) => this.neighbours.hear(said),
      cursor: () => this.conversation.cursor,
      onUpdate: (update) => this.conversation.update(update),
    });
    this.reading = new Reading(shared);
    this.typing = new OwnTyping(shared);
  }

  get isRunning() {
    return (
      this.conversation.messages.length > 0 || this.outbox.entries.length > 0
    );
  }

  begin(answer) {
    this.delivery.admit();
    this.conversation.begin(answer);
    this.connection.start(answer);
    this.outbox.run();
  }

  /** What a form says; another text to agree to is fetched, and the form shows it. */
  async post(path, body) {
    try {
      return await this.session.post(path, body);
    } catch (error) {
      if (wantsConsent(error)) await this.session.reopen();
      throw error;
    }
  }

  /** Somebody else is at the page now. */
  async reopen() {
    await this.session.reopen();
    this.connection.restart();
  }

  async #deliver(entry) {
    const message = await this.delivery.send(entry);
    this.conversation.add(message);
    this.neighbours.sent(message);
    this.connection.hurry();
  }
}
