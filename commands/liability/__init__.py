"""`laurel liability`: what a store owes its members in points."""
