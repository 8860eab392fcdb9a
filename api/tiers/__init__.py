"""Tier sets and tiers: reading them, where a member stands, and tiers by hand."""
