/** Pictures of the timeline by themselves: as large as fits or full size, with arrows from one to the next. */

const PICTURES = ".msgr-picture";

export class Lightbox {
  #list;
  #dialog = document.getElementById("msgr-lightbox");
  #stage = this.#part("stage");
  #image = this.#part("image");
  #zoom = this.#part("zoom");
  #opener = null;
  #links = [];
  #place = 0;

  constructor({ list }) {
    this.#list = list;
  }

  start() {
    this.#list.addEventListener("click", (event) => this.#open(event));
    this.#part("before").addEventListener("click", () => this.#step(-1));
    this.#part("after").addEventListener("click", () => this.#step(1));
    this.#zoom.addEventListener("click", () => this.#toggleZoom());
    this.#image.addEventListener("click", () => this.#toggleZoom());
    this.#stage.addEventListener("click", ({ target }) => {
      if (target === this.#stage) this.#dialog.close();
    });
    this.#dialog.addEventListener("keydown", (event) => this.#onKey(event));
    this.#dialog.addEventListener("close", () => this.#closed());
  }

  /** With a key held the link does what links do. */
  #open(event) {
    const link = event.target.closest(PICTURES);
    const { altKey, ctrlKey, metaKey, shiftKey } = event;
    if (!link || altKey || ctrlKey || metaKey || shiftKey) return;
    event.preventDefault();
    this.#opener = link;
    this.#links = [...this.#list.querySelectorAll(PICTURES)];
    this.#show(this.#links.indexOf(link));
    this.#dialog.showModal();
  }

  #show(place) {
    const link = this.#links[place];
    const { alt } = link.querySelector("img");
    this.#place = place;
    this.#setZoom(false);
    this.#image.src = link.href;
    this.#image.alt = alt;
    this.#part("name").textContent = alt;
    this.#part("place").textContent = `${place + 1} / ${this.#links.length}`;
    this.#part("download").href = `${link.href}&download=1`;
    this.#part("before").disabled = place === 0;
    this.#part("after").disabled = place === this.#links.length - 1;
  }

  #step(by) {
    const place = this.#place + by;
    if (this.#links[place]) this.#show(place);
  }

  #onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#step(step);
  }

  #toggleZoom() {
    this.#setZoom(!this.#dialog.classList.contains("msgr-full"));
  }

  #setZoom(isFull) {
    this.#dialog.classList.toggle("msgr-full", isFull);
    this.#zoom.setAttribute("aria-pressed", String(isFull));
    if (!isFull) return;
    const { clientHeight, clientWidth, scrollHeight, scrollWidth } =
      this.#stage;
    this.#stage.scrollTo(
      (scrollWidth - clientWidth) / 2,
      (scrollHeight - clientHeight) / 2,
    );
  }

  #closed() {
    this.#image.removeAttribute("src");
    this.#links = [];
    this.#opener?.focus();
  }

  #part(name) {
    return document.getElementById(`msgr-lightbox-${name}`);
  }
}
