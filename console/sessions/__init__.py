"""Authentication: the cookie of a log-in, and its session."""
