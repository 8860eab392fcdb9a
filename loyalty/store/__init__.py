"""The repositories of one store: protocols with typed records, and the in-memory ones."""
