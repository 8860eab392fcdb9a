"""Rewards: issued, with their coupons."""
