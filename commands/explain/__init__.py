"""`laurel explain`."""
