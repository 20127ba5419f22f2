"""The way in: a password that can't be guessed for long, then a code where the user has a second factor."""
