"""Drafts of programs: a revision, the files that are changed of it, and what became of both meanwhile."""
