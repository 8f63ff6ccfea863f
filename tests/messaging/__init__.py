"""The post office."""
