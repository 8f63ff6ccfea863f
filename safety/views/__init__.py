"""Pages of the safety lane."""
