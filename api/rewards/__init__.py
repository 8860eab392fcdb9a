"""Rewards: the catalogue, what a member may buy, buying, stock and coupon codes."""
