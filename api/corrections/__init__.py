"""Corrections by hand: preview, make, approve, reject and undo them, and the reasons that a store lists."""
