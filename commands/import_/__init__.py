"""`laurel import`."""
