import { Bubble } from "./bubble.js";
import { h, icon, setText } from "./dom.js";
import { Intro } from "./intro.js";
import { timeline } from "./timeline.js";

const NEAR_BOTTOM_PX = 60;
const ABOVE_NEWS_PX = 12;

export class Log {
  #context;
  #rows = new Map();
  #intro;
  #list;
  #typing;
  #flow;
  #newFrom;
  #jump;
  #jumpText = h("span");
  #atEnd = true;
  #top = 0;
  #observer;
  #visible = new Set();

  constructor(context) {
    this.#context = context;
    const { strings } = context;
    this.#intro = new Intro(context);
    /** Features add to both. */
    this.intro = h("div", {}, this.#intro.element);
    this.cards = h("div", { class: "msgr-cards" });
    this.#list = h("div", {
      role: "log",
      "aria-live": "off",
      "aria-label": strings.messages,
    });
    this.#typing = h("p", { class: "msgr-typing", hidden: true });
    this.#flow = h(
      "div",
      { class: "msgr-flow" },
      this.intro,
      this.#list,
      this.#typing,
      this.cards,
    );
    this.scroller = h(
      "div",
      {
        class: "msgr-scroller",
        role: "region",
        "aria-label": strings.messages,
        tabindex: "0",
      },
      this.#flow,
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

  opened() {
    this.#newFrom = undefined;
    this.toEnd();
  }

  render(state, away) {
    const stay = this.#atEnd || this.#hasNewOwn(state.entries);
    const opening = state.phase === "ready" && this.#newFrom === undefined;
    if (opening) this.#newFrom = state.firstUnread;
    this.#intro.render(state, away);
    this.#keepFocus(() =>
      this.#renderRows(timeline({ ...state, newFrom: this.#newFrom ?? null })),
    );
    this.#renderTyping(state);
    this.#renderJump(state.unread);
    if (stay) this.toEnd();
    if (opening) this.#toNews();
    // The history is not news; what comes after it is.
    if (state.phase === "ready") this.#list.setAttribute("aria-live", "polite");
  }

  toEnd() {
    this.#atEnd = true;
    // A welcome is read from its beginning.
    this.scroller.scrollTop = this.#rows.size && this.scroller.scrollHeight;
    this.#top = this.scroller.scrollTop;
  }

  /** Where reading goes on, if not all of it fits. */
  #toNews() {
    const news = this.#rows.get("news");
    if (!news) return;
    const top = news.element.offsetTop - ABOVE_NEWS_PX;
    if (top < this.scroller.scrollTop) this.scroller.scrollTop = top;
    this.#scrolled();
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

  /** "Retry" is gone once it was pressed: who pressed it goes on from here. */
  #keepFocus(change) {
    const { activeElement } = this.#list.getRootNode();
    const inside = this.#list.contains(activeElement);
    change();
    if (inside && !this.#list.contains(activeElement)) {
      this.scroller.focus({ preventScroll: true });
    }
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
      item = row.divider
        ? this.#divider(row.divider)
        : new Bubble(row, this.#context);
      this.#rows.set(row.key, item);
      if (row.unseen) {
        item.element.dataset.message = row.id;
        this.#observer.observe(item.element);
      }
    }
    item.update(row);
    return item;
  }

  #divider(kind) {
    const { dates, strings } = this.#context;
    const text = h("span");
    const element = h("p", { class: `msgr-divider msgr-${kind}` }, text);
    const update = ({ date }) =>
      setText(text, date ? dates.divider(date) : strings.newMessages);
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
    sizes.observe(this.#flow);
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
    const near = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    // What has grown since is not scrolled away: the end is followed.
    if (near || scrollTop < this.#top) this.#atEnd = near;
    this.#top = scrollTop;
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
