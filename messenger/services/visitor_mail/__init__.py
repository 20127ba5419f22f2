"""Mail to visitors who left before the answer came.

`missed` finds what nobody saw and writes the outbox, `sending` takes from it and keeps what came of it, `letter` makes
a mail of the rows, `server` is the dialogue with the mail server, `links` leads back and `unsubscribing` ends it all.
"""
