"""Cross-app pages without models of their own: home, palette, rail, status and reconciliation."""
