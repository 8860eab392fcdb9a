"""Rewards: issue them, with their coupons."""
