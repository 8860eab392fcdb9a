"""The figures of a store as charts, each with its numbers and links to their rows."""
