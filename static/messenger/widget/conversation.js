// The server's mark lives 8 s, and nothing is sent when it runs out.
const TYPING_MS = 9_000;

/** Everything may come twice, and by several ways. */
export class Conversation {
  id = null;
  /** The last id that poll or stream brought: all before it is here. */
  cursor = 0;
  operatorReadUpTo = 0;
  assignee = { name: "", avatar: null };
  operatorTyping = false;
  rating = { requested: false };
  #messages = new Map();
  #seenUpTo = 0;
  #typingTimer = null;
  #onChange;
  #onMessage;

  constructor({ onChange, onMessage, signal }) {
    this.#onChange = onChange;
    this.#onMessage = onMessage;
    signal.addEventListener("abort", () => clearTimeout(this.#typingTimer));
  }

  get messages() {
    return [...this.#messages.values()].sort((one, other) => one.id - other.id);
  }

  get unread() {
    return this.#unread.length;
  }

  get firstUnread() {
    return this.#unread[0]?.id ?? null;
  }

  get #unread() {
    return this.messages.filter(
      ({ direction, id, read_at }) =>
        direction === "out" && !read_at && id > this.#seenUpTo,
    );
  }

  begin(answer) {
    const another = this.id !== answer.conversation_id;
    if (another) this.#reset(answer.conversation_id);
    for (const message of answer.initial_messages) {
      if (another) this.#messages.set(message.id, message);
      else this.add(message);
    }
    // Later on, some may be missing before these: the cursor stays where it was.
    if (this.cursor === 0) this.cursor = Math.max(0, ...this.#messages.keys());
    this.#follow(answer);
  }

  update(update) {
    for (const message of update.messages) {
      this.add(message);
      this.cursor = Math.max(this.cursor, message.id);
    }
    this.#follow(update);
  }

  /** Does not move the cursor: a send's answer may overtake a message of a lower id. */
  add(message) {
    const known = this.#messages.has(message.id);
    this.#messages.set(message.id, message);
    if (known) return;
    if (message.direction === "out") this.#setTyping(false);
    this.#onMessage(message);
    this.#onChange();
  }

  markSeen(id) {
    if (!(id > this.#seenUpTo)) return;
    this.#seenUpTo = id;
    this.#onChange();
  }

  #reset(id) {
    this.id = id;
    this.cursor = 0;
    this.operatorReadUpTo = 0;
    this.rating = { requested: false };
    this.#messages.clear();
  }

  #follow({
    operator_typing,
    operator_read_up_to,
    conversation,
    rating_requested: requested,
    rating_type: type,
    rating_max_score: max,
  }) {
    if (operator_read_up_to > this.operatorReadUpTo) {
      this.operatorReadUpTo = operator_read_up_to;
    }
    if (conversation) {
      this.id = conversation.id;
      this.assignee = {
        name: conversation.assignee_name || "",
        avatar: conversation.assignee_avatar,
      };
    }
    if (requested !== undefined) this.rating = { requested, type, max };
    this.#setTyping(Boolean(operator_typing));
    this.#onChange();
  }

  #setTyping(typing) {
    clearTimeout(this.#typingTimer);
    if (typing) {
      this.#typingTimer = setTimeout(() => {
        this.#setTyping(false);
        this.#onChange();
      }, TYPING_MS);
    }
    this.operatorTyping = typing;
  }
}
