import { ApiError, retryAfter } from "./http.js";

const STALL_MS = 30_000;
// All is there; the server looks into the files.
const ANSWER_MS = 60_000;

/** By XMLHttpRequest: fetch does not tell how far an upload is. No limit but on standing still. */
export function postForm(url, { body, headers, onProgress, signal }) {
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
      onProgress(total ? loaded / total : 0);
    });
    request.upload.addEventListener("load", () => {
      watch(ANSWER_MS);
      onProgress(1);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      const { response, status } = request;
      const done = status >= 200 && status < 300;
      if (done && response) resolve(response);
      else reject(refusal(request, done ? 0 : status));
    });
    request.open("POST", url);
    request.responseType = "json";
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    signal.addEventListener("abort", end);
    watch(STALL_MS);
    request.send(body);
    if (signal.aborted) end();
  });
}

function refusal(request, status) {
  const wait = status ? request.getResponseHeader("Retry-After") : null;
  return new ApiError(status, request.response ?? {}, retryAfter(wait));
}
