"""Tier sets and tiers: read them, a member's tiers, and tiers by hand."""
