"""Simulate one event."""
