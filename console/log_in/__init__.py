"""Logging in and out, and what there is before a store is open."""
