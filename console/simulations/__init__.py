"""Simulations: what an event would do, and why."""
