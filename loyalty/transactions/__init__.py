"""Transactions: what customers bought and returned, and their members."""
