"""Code that at least two commands use."""
