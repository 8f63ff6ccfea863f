"""Fault tests: the whole product as real processes, while its parts are killed, frozen, emptied and cut off."""
