"""YAML and JSON texts, read with the position of every value."""
