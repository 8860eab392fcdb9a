"""Event types in the API."""
