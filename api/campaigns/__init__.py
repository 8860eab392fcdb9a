"""Campaigns: reactors as the reference shows them, with their limits and use."""
