"""`/admin/security/`: what everybody sets for their own log-in."""
