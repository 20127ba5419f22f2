// Not at once: a page that puts its title back by itself would never come to rest.
const PATIENCE_MS = 100;

/** "(2) Shop", also when the page changes its title, until there is nothing to tell. */
export class TitleCount {
  #mark = "";
  #timer;
  #observer = new MutationObserver(() => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.#write(withoutMark(this.#mark)),
      PATIENCE_MS,
    );
  });
  #signal;

  constructor(signal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#show(""));
  }

  show(count) {
    if (this.#signal.aborted) return;
    this.#show(count ? `(${count > 99 ? "99+" : count})` : "");
  }

  #show(mark) {
    const title = withoutMark(this.#mark);
    this.#mark = mark;
    clearTimeout(this.#timer);
    this.#observer.disconnect();
    this.#write(title);
    if (!mark) return;
    const changes = { childList: true, characterData: true, subtree: true };
    this.#observer.observe(document.head, changes);
  }

  #write(title) {
    const marked = [this.#mark, title].filter(Boolean).join(" ");
    if (document.title !== marked) document.title = marked;
    this.#observer.takeRecords();
  }
}

/** What the page itself calls itself. */
function withoutMark(mark) {
  const { title } = document;
  if (mark && title === mark) return "";
  return mark && title.startsWith(`${mark} `)
    ? title.slice(mark.length + 1)
    : title;
}
