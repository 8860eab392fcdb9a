"""Simulations of an event."""
