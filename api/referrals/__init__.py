"""Referrals: who brought whom."""
