"""`laurel new`."""
