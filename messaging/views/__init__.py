"""Pages and webhooks of the post office."""
