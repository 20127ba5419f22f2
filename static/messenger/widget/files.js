import { Labels } from "./file-labels.js";
import { forgetFiles, keepFiles, readFiles, sweepFiles } from "./file-store.js";
import { FileView } from "./file-view.js";
import { ApiError, requestError } from "./http.js";
import { Tray } from "./tray.js";
import { postForm } from "./upload.js";

const GATHER_MS = 200;
const OTHER_TAB_MS = 120_000;

/**
 * All about attachments: chosen, kept, sent, shown. A file of an unsent message is
 * {name, type, size, width, height, blob}; after a reload `blob` comes back by `restore`.
 */
export class Files {
  #context;
  #oldestStale = null;

  constructor(context) {
    this.#context = context;
    this.labels = new Labels(context.locale, context.strings);
    sweepFiles();
  }

  makeTray(options) {
    return new Tray({ ...this.#context, labels: this.labels, ...options });
  }

  makeView(row, actions) {
    return new FileView(row, { ...this.#context, actions, files: this });
  }

  keep({ id, files }) {
    const blobs = files.map(({ blob }) => blob);
    return keepFiles(this.#key(id), blobs);
  }

  forget({ id }) {
    return forgetFiles(this.#key(id));
  }

  async restore({ id, files }) {
    if (files.every(({ blob }) => blob)) return;
    const blobs = await readFiles(this.#key(id));
    files.forEach((file, index) => {
      file.blob ??= blobs?.[index];
    });
    this.#context.onChange();
  }

  async send(entry) {
    const { session, strings } = this.#context;
    entry.abort = new AbortController();
    const { signal } = entry.abort;
    const end = () => entry.abort.abort();
    this.#context.signal.addEventListener("abort", end, { signal });
    await this.restore(entry);
    if (entry.files.some(({ blob }) => !blob)) {
      throw new ApiError(410, { detail: strings.filesGone });
    }
    const onProgress = (share) => this.#progress(entry, share);
    const send = () =>
      session.upload("send/", postForm, (more) => ({
        body: asForm(entry, more),
        onProgress,
        signal,
      }));
    try {
      return await oneTabAtATime(this.#key(entry.id), signal, send);
    } finally {
      end();
      this.#progress(entry, 0);
    }
  }

  /** Links expire: asks for the message anew, once for all that are asked for together. */
  refresh(id) {
    if (this.#oldestStale === null) {
      setTimeout(() => this.#askAgain(), GATHER_MS);
    }
    this.#oldestStale = Math.min(this.#oldestStale ?? id, id);
  }

  async #askAgain() {
    const { conversation, onChange, session, signal } = this.#context;
    const since = this.#oldestStale - 1;
    this.#oldestStale = null;
    if (signal.aborted) return;
    try {
      const { messages } = await session.get(`poll/?since_id=${since}`);
      for (const message of messages) conversation.add(message);
      onChange();
    } catch (error) {
      requestError(error);
    }
  }

  #progress(entry, share) {
    const percent = Math.floor(share * 100);
    if (percent === (entry.progress ?? 0)) return;
    entry.progress = percent;
    this.#context.onChange();
  }

  #key(id) {
    return this.#context.storage.unsentKey(id);
  }
}

function asForm({ id, body, files }, more = {}) {
  const form = new FormData();
  const fields = { body, client_message_id: id, ...more };
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) form.append(name, value);
  }
  for (const { blob, name } of files) form.append("files", blob, name);
  return form;
}

/**
 * Two tabs that found the same unsent message would both upload it: stored once, but
 * paid for twice. One that holds the lock for too long is not waited for.
 */
async function oneTabAtATime(name, signal, action) {
  if (!navigator.locks) return action();
  const limit = new AbortController();
  const end = () => limit.abort();
  const timer = setTimeout(end, OTHER_TAB_MS);
  signal.addEventListener("abort", end);
  let ours = false;
  try {
    return await navigator.locks.request(name, { signal: limit.signal }, () => {
      ours = true;
      clearTimeout(timer);
      if (signal.aborted) throw new ApiError();
      return action();
    });
  } catch (error) {
    if (ours) throw error;
    if (signal.aborted) throw new ApiError();
    return action();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
