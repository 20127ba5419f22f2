/** The workspace: puts the timeline, the composer, reading and typing together. */

import { Composer } from "./composer.js";
import { FileLinks } from "./file-links.js";
import { verbsOf } from "./going.js";
import { postPart, Refusal } from "./http.js";
import { Keys } from "./keys.js";
import { Lightbox } from "./lightbox.js";
import { live } from "./live.js";
import { Reading } from "./reading.js";
import { suggestingFor } from "./suggesting.js";
import { Timeline } from "./timeline.js";
import { reasonOf, showToast } from "./toast.js";
import { ContactTyping, OperatorTyping } from "./typing.js";

// Events of which the timeline, or what stands beside it, shows something.
const TOLD = new Set(["message", "conversation", "read", "moved", "blocked"]);

const root = document.getElementById("msgr-workspace");
const { conversation, url, typingUrl, user } = root.dataset;

const timeline = new Timeline({ url, user });
const reading = new Reading({ url: `${url}read/`, timeline });
const contactTyping = new ContactTyping({ url: typingUrl });
const composer = new Composer({ root, timeline });
const suggesting = composer.body ? suggestingFor(composer) : null;
// Before the composer: while it shows suggestions, their keys are its own.
suggesting?.start();
composer.start();
timeline.start();
reading.start();
new FileLinks({ timeline, url }).start();
new Lightbox(timeline).start();
new Keys(verbsOf({ root, composer, suggesting })).start();
if (composer.body) {
  const isForClient = () => composer.isForClient;
  new OperatorTyping({ url: typingUrl, isForClient }).watch(composer.body);
}

timeline.addEventListener("changed", ({ detail }) => {
  composer.setEnabled(detail.canReply);
  if (detail.hasIncoming) contactTyping.hide();
  reading.look();
});

live.addEventListener("look", () => {
  timeline.sync();
  composer.wake();
  if (!live.isStreaming) contactTyping.ask();
});
live.addEventListener("event", ({ detail }) => {
  if (String(detail.conversation) !== conversation) return;
  if (detail.type === "conversation" && String(detail.assignee) === user) {
    reading.lookAnew();
  }
  if (TOLD.has(detail.type)) timeline.sync();
  else if (detail.type === "typing" && detail.by === "contact") {
    contactTyping.show();
  }
});

document
  .getElementById("msgr-action-form")
  .addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter;
    button.disabled = true;
    try {
      const form = timeline.cursorForm();
      const part = await postPart(button.formAction, form);
      timeline.merge(part);
      const { told } = part.querySelector("#msgr-fragment").dataset;
      if (told) showToast(told);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      showToast(reasonOf(error));
      timeline.sync();
    } finally {
      button.disabled = false;
    }
  });

for (const toggle of document.querySelectorAll("[data-msgr-toggle]")) {
  const card = document.getElementById(toggle.dataset.msgrToggle);
  const show = (open) => {
    card.classList.toggle("msgr-open", open);
    toggle.setAttribute("aria-expanded", String(open));
    (open ? card : toggle).focus();
  };
  toggle.addEventListener("click", () =>
    show(!card.classList.contains("msgr-open")),
  );
  card.addEventListener("keydown", ({ key }) => {
    if (key === "Escape" && card.matches(".msgr-open")) show(false);
  });
}
