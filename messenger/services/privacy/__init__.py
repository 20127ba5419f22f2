"""What a person may ask of us about their data: a copy of it (`export`), and that it goes (`anonymize`).

`inventory` says of every column what becomes of it in both. Whoever adds a column to a model that hangs on a contact
has to say it there: tests/services/privacy/test_inventory.py fails until they do.
"""
