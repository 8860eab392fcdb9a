"""Roles, and the permissions that they can have."""
