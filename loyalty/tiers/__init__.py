"""Tiers: standing, reviews and changes."""
