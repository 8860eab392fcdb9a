"""`laurel stuck`."""
