const HEAD_BYTES = 16;
// Type, where its signature begins, and what it is.
const SIGNATURES = [
  ["image/jpeg", 0, "\xff\xd8\xff"],
  ["image/png", 0, "\x89PNG\r\n\x1a\n"],
  ["image/gif", 0, "GIF8"],
  ["image/webp", 8, "WEBP"],
  ["image/heic", 4, "ftyphe"],
  ["image/heic", 4, "ftypmif1"],
  ["image/avif", 4, "ftypavi"],
  ["application/pdf", 0, "%PDF-"],
];

/**
 * What the server would refuse is told before anything is sent: {problem: "empty",
 * "tooLarge" or "notAllowed"}, or the file's {type} by content, as far as it has a signature.
 */
export async function inspect(file, { allowed, maxBytes }) {
  const head = await readHead(file);
  const type = contentType(file.type, head);
  if (!head) return { problem: "empty" };
  if (allowed && !allowed.includes(type)) return { problem: "notAllowed" };
  if (file.size > maxBytes) return { problem: "tooLarge" };
  return { type };
}

/** Empty also for what can't be read: a folder, or a file that is gone by now. */
async function readHead(file) {
  try {
    const bytes = await file.slice(0, HEAD_BYTES).arrayBuffer();
    return String.fromCharCode(...new Uint8Array(bytes));
  } catch {
    return "";
  }
}

function contentType(declared, head) {
  const found = SIGNATURES.find(([, at, mark]) =>
    head.slice(at).startsWith(mark),
  );
  if (found) return found[0];
  const promised = SIGNATURES.some(([type]) => type === declared);
  return promised ? "" : declared.split(";")[0];
}
