"""Synthetic data for the demo, made by the code paths that real data take; fixed seed, no real person or product."""
