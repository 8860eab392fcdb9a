"""Issued rewards: listing and showing them, using their coupons, their statuses, cancelling."""
