"""The second factor: codes of an app (TOTP, RFC 6238), recovery codes, and browsers that are remembered."""
