"""Merging two members: what is joined and how, and the operations that ask for it and do it."""
