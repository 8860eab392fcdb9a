"""`laurel demo`."""
