"""`laurel plan`."""
