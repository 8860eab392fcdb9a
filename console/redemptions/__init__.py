"""Pages of issued rewards: buy or give, cancel and use them, and change their status."""
