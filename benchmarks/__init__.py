"""Benchmarks: what the product reaches, as ratios to a bare Django that does the least that does the same."""
