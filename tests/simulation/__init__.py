"""A day of a call centre, in simulated time against the real services and the real database.

`python -m tests.simulation` writes its table into docs/assignment.md; `test_day.py` holds the page to it.
"""
