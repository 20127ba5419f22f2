/** unfold's tables as cards on a phone: each cell gets its column's name, which tables.css shows where it is narrow. */

const NOTHING = new Set(["", "-", "–", "—"]);

export function nameCells(root = document) {
  for (const table of root.querySelectorAll("table.result-list")) {
    const names = [...table.querySelectorAll("thead > tr > *")].map(nameOf);
    for (const row of table.querySelectorAll("tr.data-row")) {
      nameRow(row, names);
    }
  }
}

/** Sorting's buttons stand beside the name. */
function nameOf(header) {
  if (header.querySelector("input")) return "";
  return (header.querySelector(".text") ?? header).textContent.trim();
}

function nameRow(row, names) {
  const cells = [...row.children];
  const title = cells.find(
    (cell) => !cell.matches(".action-checkbox, :has(> input[type=checkbox])"),
  );
  for (const [index, cell] of cells.entries()) {
    cell.classList.toggle("msgr-cell-title", cell === title);
    if (cell !== title && names[index]) cell.dataset.label = names[index];
    const isEmpty = !cell.querySelector(
      "img, svg, input, .material-symbols-outlined",
    );
    if (isEmpty && NOTHING.has(cell.textContent.trim())) {
      cell.classList.add("msgr-cell-empty");
    }
  }
}
