"""Merges of members."""
