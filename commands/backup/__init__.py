"""`laurel backup`."""
