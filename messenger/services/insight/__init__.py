"""Figures of what the messenger does: docs/figures.md says what each of them means.

`facts` reads what happened in conversations, `counting` keeps sums of past days, `report` gives those of a range: past
days from the sums, today and what isn't counted yet from the rows themselves.
"""
