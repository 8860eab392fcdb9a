"""Transactions: what customers bought and returned, and whose it is."""
