"""The parts that production buys, embedded: Postgres, a Redis-protocol server, and the runner behind `make demo`.

Stands alone: nothing here imports Django or another package of the product, and the product never imports it.
"""
