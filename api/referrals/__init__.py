"""Referrals: members and their referrers."""
