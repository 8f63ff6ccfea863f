"""The embedded servers, the runner behind the demo, and what deployment needs."""
