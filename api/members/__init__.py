"""Members: registering, listing, and showing where they stand."""
