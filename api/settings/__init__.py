"""Settings of a store."""
