"""Tenant isolation lives in Postgres: every table, every key, every way round."""
