"""Pages of corrections: preview, make, approve and undo them."""
