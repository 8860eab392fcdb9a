"""`laurel check`."""
