"""The first page of a store."""
