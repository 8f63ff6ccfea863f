"""Cross-app pages."""
