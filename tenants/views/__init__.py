"""The settings pages of the organization and its people."""
