"""Achievements and badges: reading them, and setting progress and badges by hand."""
