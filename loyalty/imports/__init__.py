"""Imports: files of members, points or events, read line by line."""
