"""Issued rewards: list and show them, use their coupons, change their status, cancel them."""
