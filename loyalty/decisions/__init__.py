"""Decisions: what the reactors answered to one event, with the reason of each yes and each no."""
