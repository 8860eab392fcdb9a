"""The first program of a store, with which the store begins."""
