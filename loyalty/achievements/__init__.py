"""Achievements: progress, completions, and messages about them."""
