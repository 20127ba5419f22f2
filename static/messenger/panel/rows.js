/** Brings a list up to date row by row: what did not change is not touched, so ticks, focus and scroll stay. */

/** The marks of the rows that need not be sent again. */
export function marksOf(list) {
  const rows = list.querySelectorAll("tr[data-mark]");
  return [...rows].map((row) => row.dataset.mark).join(",");
}

export function patchRows(list, fresh) {
  if (!list || !fresh) return;
  const focus = focusedIn(list);
  const body = list.querySelector("tbody");
  const freshBody = fresh.querySelector("tbody");
  if (body && freshBody) {
    patchBody(body, freshBody);
    patchRest(list, fresh);
  } else if (!list.isEqualNode(fresh)) {
    list.replaceChildren(...fresh.childNodes);
  }
  if (focus && !list.contains(document.activeElement)) refocus(list, focus);
}

function patchBody(body, freshBody) {
  const known = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  let place = body.firstElementChild;
  for (const freshRow of [...freshBody.rows]) {
    const row = keptOrFresh(known.get(freshRow.dataset.key), freshRow);
    known.delete(freshRow.dataset.key);
    if (row === place) {
      place = place.nextElementSibling;
    } else {
      body.insertBefore(row, place);
    }
  }
  for (const gone of known.values()) gone.remove();
}

function keptOrFresh(row, freshRow) {
  if (!row) {
    freshRow.classList.add("msgr-row-new");
    return freshRow;
  }
  if (freshRow.dataset.known !== undefined) return row;
  const ticks = row.querySelectorAll("input:checked");
  row.className = freshRow.className;
  row.dataset.mark = freshRow.dataset.mark;
  row.replaceChildren(...freshRow.childNodes);
  for (const { value } of ticks) tick(row, value);
  return row;
}

function tick(row, value) {
  const box = row.querySelector(`input[value="${CSS.escape(value)}"]`);
  if (box) box.checked = true;
}

/** Everything beside the table: the page links below it. */
function patchRest(list, fresh) {
  const pages = list.querySelector("nav");
  const freshPages = fresh.querySelector("nav");
  if (pages && freshPages && pages.isEqualNode(freshPages)) return;
  pages?.remove();
  if (freshPages) list.append(freshPages);
}

function focusedIn(list) {
  const active = document.activeElement;
  const row = list.contains(active) ? active.closest("tr[data-key]") : null;
  return row ? { key: row.dataset.key, tag: active.localName } : null;
}

function refocus(list, { key, tag }) {
  const selector = `tr[data-key="${CSS.escape(key)}"] ${tag}`;
  list.querySelector(selector)?.focus({ preventScroll: true });
}
