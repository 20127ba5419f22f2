/**
 * Files of unsent messages, kept over a reload: under the key that their message has in
 * localStorage. Where that is forbidden (`indexedDB` may be missing, throw or fail), they
 * last as long as the page.
 */
const STORE = "files";

export function keepFiles(key, blobs) {
  return attempt("readwrite", (store) => store.put(blobs, key));
}

export function readFiles(key) {
  return attempt("readonly", (store) => store.get(key));
}

export function forgetFiles(key) {
  return attempt("readwrite", (store) => store.delete(key));
}

/** What lost its message: a page that was closed in between. */
export function sweepFiles() {
  return attempt("readwrite", (store) => {
    const keys = store.getAllKeys();
    keys.onsuccess = () => {
      for (const key of keys.result) {
        if (localStorage.getItem(key) === null) store.delete(key);
      }
    };
    return keys;
  });
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
    return undefined;
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("messenger", 1);
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
