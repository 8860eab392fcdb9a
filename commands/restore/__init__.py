"""`laurel restore`."""
