"""The command line, one module a command. What is heavy is imported inside: `laurel check` starts at once."""
