"""Corrections by hand: previewed, made, approved, rejected and undone, and the reasons that a store lists."""
