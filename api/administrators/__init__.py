"""Administrators: their roles and stores, and their passwords."""
