"""Pages of imports, with their progress."""
