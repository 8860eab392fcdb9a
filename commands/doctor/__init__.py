"""`laurel doctor`."""
