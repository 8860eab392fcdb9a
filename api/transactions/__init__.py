"""Transactions: reported, listed, changed, and given to members."""
