"""`laurel deploy`."""
