"""Drafts of programs: a base revision, the changed files, and conflicts with later revisions."""
