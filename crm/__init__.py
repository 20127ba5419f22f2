"""The CRM around the messenger: settings, users, branches, regions."""
