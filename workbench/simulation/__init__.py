"""One event, simulated."""
