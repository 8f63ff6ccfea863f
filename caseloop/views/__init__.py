"""Pages of the case loop."""
