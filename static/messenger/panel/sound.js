/** The sound of news, made here: there is no file to load. */

const NOTES = [
  { at: 0, hertz: 659 },
  { at: 0.12, hertz: 988 },
];
const LASTS_SECONDS = 0.45;
const LOUDEST = 0.5;
const SILENCE = 0.0001;

/** A browser lets a page sound only after somebody did something on it. */
export function maySound() {
  return navigator.userActivation?.hasBeenActive ?? true;
}

/** `volume` in per cent; the ear hears by squares. */
export async function playSound(volume) {
  const { AudioContext } = window;
  if (!AudioContext || volume <= 0) return;
  const audio = new AudioContext();
  const loudness = LOUDEST * (Math.min(volume, 100) / 100) ** 2;
  await audio.resume();
  const last = NOTES.map((note) => play(audio, note, loudness)).at(-1);
  last.onended = () => audio.close();
}

function play(audio, { at, hertz }, loudness) {
  const from = audio.currentTime + at;
  const note = audio.createOscillator();
  const gain = audio.createGain();
  note.frequency.value = hertz;
  gain.gain.setValueAtTime(SILENCE, from);
  gain.gain.exponentialRampToValueAtTime(
    Math.max(loudness, SILENCE),
    from + 0.015,
  );
  gain.gain.exponentialRampToValueAtTime(SILENCE, from + LASTS_SECONDS);
  note.connect(gain).connect(audio.destination);
  note.start(from);
  note.stop(from + LASTS_SECONDS);
  return note;
}
