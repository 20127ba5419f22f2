"""Helpers that know nothing of the messenger."""
