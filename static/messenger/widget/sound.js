import { Pause } from "./http.js";

// Whoever looks at a message has seen it by then, in whichever tab.
const PATIENCE_MS = 500;
const QUIET_MS = 3_000;
const LOUDNESS = 0.14;
const NOTES = [
  { at: 0, hertz: 784 },
  { at: 0.13, hertz: 1_175 },
];

/** One of the visitor's tabs sounds, once for what comes together. */
export class Sound {
  #waiting = false;
  #options;

  /** options: {isUnread(), signal, storage}. */
  constructor(options) {
    this.#options = options;
  }

  async news() {
    const { isUnread, signal } = this.#options;
    if (this.#waiting) return;
    this.#waiting = true;
    await new Pause(signal).wait(PATIENCE_MS);
    this.#waiting = false;
    if (signal.aborted || !isUnread() || !maySound()) return;
    try {
      await this.#inOneTab();
    } catch {
      if (this.#claim()) this.test();
    }
  }

  /** Made here: there is no file to load, and no policy that could forbid it. */
  async test() {
    const { AudioContext = window.webkitAudioContext } = window;
    if (!AudioContext) return;
    const audio = new AudioContext();
    const end = () => audio.state === "closed" || audio.close();
    this.#options.signal.addEventListener("abort", end);
    await audio.resume();
    const last = NOTES.map((note) => play(audio, note)).at(-1);
    last.onended = () => {
      this.#options.signal.removeEventListener("abort", end);
      end();
    };
  }

  #inOneTab() {
    const { signal, storage } = this.#options;
    const name = `${storage.key}:sound`;
    return navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) return undefined;
      this.test();
      return new Pause(signal).wait(QUIET_MS);
    });
  }

  /** Without locks, two tabs may do it at the very same moment: they would be heard twice. */
  #claim() {
    const { storage } = this.#options;
    const now = Date.now();
    if (Math.abs(now - storage.record.soundedAt) < QUIET_MS) return false;
    storage.update({ soundedAt: now });
    return true;
  }
}

/** A browser lets a page sound only after the visitor did something on it. */
function maySound() {
  return navigator.userActivation?.hasBeenActive ?? true;
}

function play(audio, { at, hertz }) {
  const from = audio.currentTime + at;
  const note = audio.createOscillator();
  const volume = audio.createGain();
  note.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, from);
  volume.gain.exponentialRampToValueAtTime(LOUDNESS, from + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.5);
  note.connect(volume);
  volume.connect(audio.destination);
  note.start(from);
  note.stop(from + 0.5);
  return note;
}
