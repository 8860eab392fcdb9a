"""Merge two members: how their data is combined, and the operations that request and perform it."""
