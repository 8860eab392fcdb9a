"""Achievements: progress, completions, and what they tell."""
