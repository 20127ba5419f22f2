/**
 * Message text → DOM: **bold**, links, line breaks; all else is plain text. The rules
 * are those of tests/format_cases.json, which the panel's renderer runs as well.
 */

// Within one line, without a space or `*` just inside of the marks.
const BOLD = /\*\*(?![\s*])((?:(?!\*\*)[^\n])*[^\s*])\*\*/gu;
// Up to a space, `<`, `>`, `"` or an invisible mark, which could disguise an address.
const LINK =
  /https?:\/\/[\p{L}\p{N}][^\s<>"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*/giu;
const WORD_BEFORE = /[\p{L}\p{N}_]$/u;
const CLOSING = ".,;:!?'*»”’…";
const BRACKETS = ["()", "[]", "{}"];

export function formatMessage(text) {
  const parent = document.createDocumentFragment();
  const normal = text.replace(/\r\n?/g, "\n");
  let end = 0;
  for (const match of normal.matchAll(BOLD)) {
    appendLinked(parent, normal.slice(end, match.index));
    const strong = document.createElement("strong");
    appendLinked(strong, match[1]);
    parent.append(strong);
    end = match.index + match[0].length;
  }
  appendLinked(parent, normal.slice(end));
  return parent;
}

function appendLinked(parent, text) {
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    if (WORD_BEFORE.test(text.slice(0, match.index))) continue;
    const url = withoutTail(match[0]);
    appendLines(parent, text.slice(end, match.index));
    parent.append(link(url));
    end = match.index + url.length;
  }
  appendLines(parent, text.slice(end));
}

function appendLines(parent, text) {
  text.split("\n").forEach((line, index) => {
    if (index > 0) parent.append(document.createElement("br"));
    if (line) parent.append(line);
  });
}

function link(url) {
  const anchor = document.createElement("a");
  anchor.setAttribute("href", url);
  anchor.setAttribute("rel", "noopener noreferrer nofollow");
  anchor.setAttribute("target", "_blank");
  anchor.textContent = url;
  return anchor;
}

/** Closing punctuation and unbalanced closing brackets are the sentence's. */
function withoutTail(url) {
  const last = url.at(-1);
  const pair = BRACKETS.find(([, closing]) => closing === last);
  const isTail = pair
    ? url.split(last).length > url.split(pair[0]).length
    : CLOSING.includes(last);
  return isTail ? withoutTail(url.slice(0, -1)) : url;
}
