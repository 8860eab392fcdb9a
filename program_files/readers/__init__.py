"""Readers of each kind of file: nodes to values, by the grammar."""
