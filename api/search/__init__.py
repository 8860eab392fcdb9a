"""One search for everything that people and systems know by a text."""
