"""`laurel due`."""
