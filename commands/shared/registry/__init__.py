"""The registry of program revisions, in a database or behind the API of a running Laurel."""
