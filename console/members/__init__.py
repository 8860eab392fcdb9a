"""Pages of members: found, shown as a whole, changed."""
