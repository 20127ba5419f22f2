/** What is said of files, in the page's language. */

const MEGABYTE = 1_048_576;

/** A sentence of the page's, with its `%(name)s` filled in. */
export function fileWord(name, values = {}) {
  const words = document.getElementById("msgr-file-words").content;
  const text = words.querySelector(`[data-word="${name}"]`).textContent;
  return text.replace(/%\((\w+)\)[sd]/g, (_, key) => values[key]);
}

/** As the server says it of stored files. */
export function sizeLabel(bytes) {
  if (bytes < MEGABYTE) {
    return fileWord("kilobytes", { n: Math.ceil(bytes / 1024) });
  }
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: 1,
  });
  return fileWord("megabytes", { n: format.format(bytes / MEGABYTE) });
}
