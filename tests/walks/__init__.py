"""Whole stories, told through the doors that people and workers use."""
