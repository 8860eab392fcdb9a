"""Campaigns: the redemption codes of reactors."""
