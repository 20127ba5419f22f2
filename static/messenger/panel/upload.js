/** Posts a form with files by XMLHttpRequest: `fetch` does not tell how far an upload is. */

import { parsePart, postHeaders, Refusal } from "./http.js";

const STALL_MS = 30_000;
// All is there: the server looks into the files.
const ANSWER_MS = 60_000;

/** The part of the page that it changed. An upload has no limit but on standing still. */
export function uploadPart(url, form, { onProgress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const end = () => request.abort();
    let timer;
    const watch = (limit) => {
      clearTimeout(timer);
      timer = setTimeout(end, limit);
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      watch(STALL_MS);
      onProgress(total > 0 ? loaded / total : 0);
    });
    request.upload.addEventListener("load", () => {
      watch(ANSWER_MS);
      onProgress(1);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      try {
        resolve(parsePart(answerOf(request, url)));
      } catch (error) {
        reject(error);
      }
    });
    request.open("POST", url);
    for (const [name, value] of Object.entries(postHeaders())) {
      request.setRequestHeader(name, value);
    }
    signal.addEventListener("abort", end);
    watch(STALL_MS);
    request.send(form);
    if (signal.aborted) end();
  });
}

function answerOf({ responseText, responseURL, status }, url) {
  // It was led to the log-in page, which is what came back.
  if (status > 0 && responseURL !== new URL(url, document.baseURI).href) {
    throw new Refusal(401);
  }
  if (status >= 200 && status < 300) return responseText;
  throw new Refusal(status, payload(responseText));
}

function payload(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
