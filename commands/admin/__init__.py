"""`laurel admin`: administrators, for an operator who cannot log in."""
