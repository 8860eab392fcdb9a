"""`laurel up`: everything on one machine."""
