"""Checks across files: cycles and effects that overwrite one another."""
