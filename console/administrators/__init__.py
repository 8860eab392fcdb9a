"""Pages of administrators and roles."""
