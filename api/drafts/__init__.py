"""Drafts of programs: files that an administrator changes before a deploy."""
