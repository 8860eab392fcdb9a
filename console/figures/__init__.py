"""The figures of a store as pictures, each with its numbers and links to their rows."""
