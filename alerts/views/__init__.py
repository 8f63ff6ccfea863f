"""The list of alerts, and the pages of rules and routes."""
