"""The in-memory repositories of a store."""
