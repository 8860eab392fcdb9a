"""Create a store by its first program."""
