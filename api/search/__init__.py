"""One search for everything by its text."""
