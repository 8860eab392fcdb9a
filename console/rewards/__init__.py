"""Pages of rewards: stock, codes, pauses."""
