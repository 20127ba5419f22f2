"""A copy of everything that must last, and the way back into an empty system.

A back-up is a folder: `database.dump` (pg_dump's custom format), `files.txt` (what files the database names),
`files.tar` (their content) and `manifest.json`, which is written last and holds the SHA-256 of the others.
docs/operations/backup.md tells it to administrators.
"""
