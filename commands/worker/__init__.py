"""`laurel worker`."""
