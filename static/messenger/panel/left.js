/**
 * The page after the log-out: says whether something is kept here that its author didn't send, and takes it away if
 * they want so. What colleagues left in the same browser stays.
 */

import { filesUnder, sweepFiles } from "./file-store.js";
import { namesUnder, remember } from "./storage.js";

const box = document.getElementById("msgr-left");
const gone = document.getElementById("msgr-left-gone");
const { user } = box.dataset;
const places = [`draft:${user}:`, `outbox:${user}:`];

box.querySelector("button").addEventListener("click", forget);
look();

async function look() {
  const texts = places.flatMap(namesUnder);
  const files = await Promise.all(places.map(filesUnder));
  box.hidden = texts.length === 0 && files.flat().length === 0;
}

async function forget() {
  for (const name of places.flatMap(namesUnder)) remember(name, null);
  await Promise.all(places.map((place) => sweepFiles(place, [])));
  await look();
  if (box.hidden) gone.textContent = gone.dataset.text;
}
