/**
 * Message text → DOM: **bold**, links, line breaks; all else is plain text.
 *
 * The same rules stand in the panel's Python renderer; both run
 * tests/format_cases.json. In short:
 *  - a line break (\r\n, \r, \n) is <br>;
 *  - `**x**` is bold within one line: no space or `*` just inside of the marks,
 *    no `**` between them; unclosed marks stay as they are;
 *  - a link starts with http:// or https:// (not in the middle of a word), goes
 *    on to a space, `<`, `>`, `"` or an invisible direction mark, and leaves
 *    closing punctuation and unbalanced closing brackets outside.
 */

const BOLD = /\*\*(?![\s*])((?:(?!\*\*)[^\n])*[^\s*])\*\*/gu;
const LINK =
  /https?:\/\/[\p{L}\p{N}][^\s<>"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*/giu;
const WORD_BEFORE = /[\p{L}\p{N}_]$/u;
const CLOSING = ".,;:!?'*»”’…";
const OPENING = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);

export function formatMessage(text) {
  const fragment = document.createDocumentFragment();
  const normal = text.replace(/\r\n?/g, "\n");
  let end = 0;
  for (const match of normal.matchAll(BOLD)) {
    appendLinked(fragment, normal.slice(end, match.index));
    const strong = document.createElement("strong");
    appendLinked(strong, match[1]);
    fragment.append(strong);
    end = match.index + match[0].length;
  }
  appendLinked(fragment, normal.slice(end));
  return fragment;
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

function withoutTail(url) {
  let end = url.length;
  while (end > 0 && isTail(url.slice(0, end))) end -= 1;
  return url.slice(0, end);
}

function isTail(url) {
  const last = url.at(-1);
  const opening = OPENING.get(last);
  return opening
    ? occurrences(url, last) > occurrences(url, opening)
    : CLOSING.includes(last);
}

function occurrences(text, character) {
  return text.split(character).length - 1;
}
