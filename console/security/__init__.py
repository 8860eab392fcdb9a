"""What every answer of the console is held to, and every request."""
