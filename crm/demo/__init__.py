"""The demo, `python -m crm.demo`: everything for one folder, under a supervisor that knows no Django."""
