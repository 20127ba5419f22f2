"""REST for integrations, `/api/messenger/v1/`: by tokens that administrators make. docs/rest.md is its guide."""
