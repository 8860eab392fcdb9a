"""Transactions: report, list, change and assign them."""
