"""The folder of a program: which files it has, and their texts."""
