"""`laurel api`."""
