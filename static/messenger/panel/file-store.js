/** Files of drafts and of unsent answers, kept over a reload. Where that can't be they last as long as the page. */

const DATABASE = "messenger-panel";
const STORE = "files";

export function keepFiles(key, files) {
  if (files.length === 0) return forgetFiles(key);
  return attempt("readwrite", (store) => store.put(files, key));
}

/** Nothing where there are none. */
export async function readFiles(key) {
  return (await attempt("readonly", (store) => store.get(key))) ?? [];
}

export function forgetFiles(key) {
  return attempt("readwrite", (store) => store.delete(key));
}

/** The keys that begin so. */
export async function filesUnder(prefix) {
  const range = rangeOf(prefix);
  const all = (store) => store.getAllKeys(range);
  return (await attempt("readonly", all)) ?? [];
}

/** Takes away what lost its answer: a page that was closed in between. */
export function sweepFiles(prefix, keys) {
  const wanted = new Set(keys);
  return attempt("readwrite", (store) => {
    const found = store.getAllKeys(rangeOf(prefix));
    found.onsuccess = () => {
      for (const key of found.result) if (!wanted.has(key)) store.delete(key);
    };
    return found;
  });
}

function rangeOf(prefix) {
  return IDBKeyRange.bound(prefix, `${prefix}\uffff`);
}

async function attempt(mode, action) {
  try {
    const database = await open();
    try {
      return await run(database.transaction(STORE, mode), action);
    } finally {
      database.close();
    }
  } catch {
    // Forbidden, or full.
    return undefined;
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function run(transaction, action) {
  return new Promise((resolve, reject) => {
    const request = action(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}
