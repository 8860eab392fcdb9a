"""`laurel test`."""
