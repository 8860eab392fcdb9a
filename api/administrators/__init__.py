"""Administrators: who they are, their roles and stores, their passwords."""
