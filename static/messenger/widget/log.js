import { Bubble } from "./bubble.js";
import { h, icon, setText } from "./dom.js";
import { timeline } from "./timeline.js";

const NEAR_BOTTOM_PX = 60;

export class Log {
  #context;
  #rows = new Map();
  #list;
  #typing;
  #greeting;
  #jump;
  #jumpText = h("span");
  #atEnd = true;
  #observer;
  #visible = new Set();

  constructor(context) {
    this.#context = context;
    const { strings } = context;
    this.#greeting = h("p", { class: "msgr-greeting", hidden: true });
    this.#list = h("div", {
      role: "log",
      "aria-live": "off",
      "aria-label": strings.messages,
    });
    this.#typing = h("p", { class: "msgr-typing", hidden: true });
    this.scroller = h(
      "div",
      {
        class: "msgr-scroller",
        role: "region",
        "aria-label": strings.messages,
        tabindex: "0",
      },
      h(
        "div",
        { class: "msgr-flow" },
        this.#greeting,
        this.#list,
        this.#typing,
      ),
    );
    this.#jump = h(
      "button",
      {
        type: "button",
        class: "msgr-jump",
        hidden: true,
      },
      this.#jumpText,
      icon("down"),
    );
    this.element = h("div", { class: "msgr-log" }, this.scroller, this.#jump);
    this.#watch();
  }

  render(state) {
    const stay = this.#atEnd || this.#hasNewOwn(state.entries);
    const { greeting = "" } = state.settings;
    this.#greeting.hidden = !greeting;
    setText(this.#greeting, greeting);
    this.#renderRows(timeline(state));
    this.#renderTyping(state);
    this.#renderJump(state.unread);
    if (stay) this.toEnd();
    // The history is not news; what comes after it is.
    if (state.phase === "ready") this.#list.setAttribute("aria-live", "polite");
  }

  toEnd() {
    this.#atEnd = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** Reports what is in sight, after something else (tab, panel) came into sight. */
  reportSeen() {
    if (this.#visible.size) this.#context.onSeen(Math.max(...this.#visible));
  }

  #hasNewOwn(entries) {
    return entries.some(
      ({ id, state }) => state === "sending" && !this.#rows.has(id),
    );
  }

  #renderRows(rows) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, item] of this.#rows) {
      if (keys.has(key)) continue;
      this.#observer.unobserve(item.element);
      item.element.remove();
      this.#rows.delete(key);
    }
    let next = this.#list.firstChild;
    for (const row of rows) {
      const { element } = this.#item(row);
      if (element === next) next = next.nextSibling;
      else this.#list.insertBefore(element, next);
    }
  }

  #item(row) {
    let item = this.#rows.get(row.key);
    if (!item) {
      item = row.day ? this.#divider() : new Bubble(row, this.#context);
      this.#rows.set(row.key, item);
      if (row.unseen) {
        item.element.dataset.message = row.id;
        this.#observer.observe(item.element);
      }
    }
    item.update(row);
    return item;
  }

  #divider() {
    const text = h("span");
    const element = h("p", { class: "msgr-day" }, text);
    const update = ({ day }) => setText(text, this.#context.dates.divider(day));
    return { element, update };
  }

  #renderTyping({ typing, assignee }) {
    if (this.#typing.hidden === !typing) return;
    this.#typing.hidden = !typing;
    const dots = [1, 2, 3].map(() => h("i", { class: "msgr-dot" }));
    this.#typing.replaceChildren(
      h("span", { class: "msgr-dots", "aria-hidden": "true" }, ...dots),
      this.#context.strings.typing(assignee.name),
    );
  }

  #renderJump(unread) {
    this.#jump.hidden = this.#atEnd;
    const { newest, newMessages } = this.#context.strings;
    this.#jump.ariaLabel = unread ? newMessages : newest;
    setText(this.#jumpText, unread ? newMessages : "");
  }

  #watch() {
    const { signal } = this.#context;
    this.scroller.addEventListener("scroll", () => this.#scrolled());
    this.#jump.addEventListener("click", () => {
      this.toEnd();
      this.scroller.focus({ preventScroll: true });
    });
    const sizes = new ResizeObserver(() => this.#atEnd && this.toEnd());
    sizes.observe(this.scroller);
    sizes.observe(this.#list);
    this.#observer = new IntersectionObserver(
      (changes) => this.#seen(changes),
      { root: this.scroller, threshold: [0, 0.25, 0.5] },
    );
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      this.#observer.disconnect();
    });
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    this.#jump.hidden = this.#atEnd;
  }

  #seen(changes) {
    for (const { target, intersectionRatio, intersectionRect } of changes) {
      const id = Number(target.dataset.message);
      const { height } = intersectionRect;
      // Half of the message, or what fills half of the window.
      const enough =
        intersectionRatio >= 0.5 || height > this.scroller.clientHeight / 2;
      if (enough && height) this.#visible.add(id);
      else this.#visible.delete(id);
    }
    this.reportSeen();
  }
}
