import { solve } from "./work.js";

self.addEventListener("message", async ({ data }) => {
  const never = new AbortController().signal;
  self.postMessage(await solve(data, never));
});
