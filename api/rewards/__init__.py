"""Rewards: the catalogue, what a member may have, buying, stock and coupon codes."""
