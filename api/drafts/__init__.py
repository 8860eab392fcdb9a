"""Drafts of programs: the files that an administrator changes before a program is deployed."""
