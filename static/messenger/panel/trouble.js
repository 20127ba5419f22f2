/** A line above the page's content that says why it can't be brought up to date, until it can. */

// One failure may be a restart of the server: nobody needs to know.
const PATIENCE = 2;
let failures = 0;

export function allIsWell() {
  failures = 0;
  show("");
}

export function tellTrouble(error) {
  failures += 1;
  if (error.isLoggedOut) show("logged-out");
  else if (error.isForbidden) show("no-access");
  else if (error.isUnreachable && failures >= PATIENCE) show("offline");
}

function show(name) {
  for (const line of document.querySelectorAll("[data-msgr-trouble]")) {
    line.hidden = line.dataset.msgrTrouble !== name;
  }
}
