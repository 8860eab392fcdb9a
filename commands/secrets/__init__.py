"""`laurel secrets`."""
