"""`laurel simulate`."""
