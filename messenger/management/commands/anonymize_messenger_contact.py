"""Removes a contact's personal data for good; docs/privacy.md says what stays and why."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messenger.exceptions import MessengerError
from messenger.management.contact_argument import add_contact_argument, contact_named
from messenger.models import Contact
from messenger.services.privacy.anonymize import Outcome, Wanted
from messenger.services.privacy.preview import Preview, preview
from messenger.services.privacy.removals import remove_now


class Command(BaseCommand):
    help = "Anonymizes a contact: who it was is forgotten, numbers for statistics stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_contact_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")
        parser.add_argument(
            "--redact-messages",
            action="store_true",
            help="Replace the contact's messages, notes and comments on ratings by [redacted], and what is known of "
            "the contact in answers.",
        )
        parser.add_argument(
            "--delete-attachments",
            action="store_true",
            help="Delete the contact's files, and those of notes.",
        )
        parser.add_argument(
            "--delete-sent-attachments",
            action="store_true",
            help="Delete the files sent to the contact, too.",
        )
        parser.add_argument("--reason", default="", help="Why, for the audit.")

    def handle(self, *args: Any, contact_id: str, dry_run: bool, reason: str, **options: Any) -> None:
        contact = contact_named(contact_id)
        wanted = Wanted(
            redact_messages=options["redact_messages"],
            delete_attachments=options["delete_attachments"],
            delete_sent_attachments=options["delete_sent_attachments"],
        )
        if dry_run:
            for line in _foreseen(preview(contact.pk), **wanted):
                self.stdout.write(line)
            self.stdout.write("Nothing was changed.")
            return
        outcome = _anonymize(contact, reason, wanted)
        if not outcome:
            self.stdout.write(f"Contact {contact.pk} is anonymous already: nothing was left to do.")
            return
        for line in _done(outcome):
            self.stdout.write(line)
        self.stdout.write(f"Contact {contact.pk} is anonymous.")


def _anonymize(contact: Contact, reason: str, wanted: Wanted) -> Outcome:
    try:
        return remove_now(contact, wanted=wanted, reason=reason, by="command line")
    except MessengerError as error:
        raise CommandError(str(error)) from error


def _foreseen(
    seen: Preview, *, redact_messages: bool, delete_attachments: bool, delete_sent_attachments: bool
) -> list[str]:
    """Numbers only: names would stay in the terminal and its log."""
    lines = [
        f"details to clear: {', '.join(seen.details) or 'none'}",
        f"conversations whose page, referrer, language and data go: {seen.conversations}",
        f"unfinished conversations to close: {seen.unfinished}",
        f"exports to delete: {seen.exports}",
    ]
    if redact_messages:
        lines.append(f"messages to redact: {seen.incoming}, notes: {seen.notes}, comments: {seen.comments}")
        lines.append(f"answers to look through: {seen.answers}")
    if delete_attachments or delete_sent_attachments:
        lines.append(f"attachments to delete: {seen.attachments} ({seen.attachment_bytes} bytes)")
    if delete_sent_attachments:
        lines.append(f"sent attachments to delete: {seen.sent} ({seen.sent_bytes} bytes)")
    return lines


def _done(outcome: Outcome) -> list[str]:
    return [
        f"conversations cleared: {outcome.conversations}",
        f"messages and notes redacted: {outcome.messages}, comments: {outcome.comments}",
        f"answers and file names without the contact's details: {outcome.answers}",
        f"attachments deleted: {outcome.attachments}, exports: {outcome.exports}",
        f"events cleaned: {outcome.events}, entries of the history and the audit: {outcome.traces}",
    ]
