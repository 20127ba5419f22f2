/** What the composer completes: `/` in an answer, at its beginning or behind a space, and `@` in a note. */

import { Completion } from "./completion.js";

const CANNED = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;
const COLLEAGUE = /(?:^|[\s(])@([\p{L}\p{N}_.+-]*)$/u;

export function suggestingFor(composer) {
  const { cannedUrl, colleaguesUrl } =
    document.getElementById("msgr-composer").dataset;
  return new Completion({
    field: composer.body,
    sources: [
      {
        name: "canned",
        trigger: CANNED,
        url: cannedUrl,
        isOn: () => !composer.kinds.isNote,
      },
      {
        name: "colleagues",
        trigger: COLLEAGUE,
        url: colleaguesUrl,
        isOn: () => composer.kinds.isNote,
      },
    ],
  });
}
