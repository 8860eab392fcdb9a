"""`laurel up`."""
