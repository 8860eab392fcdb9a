"""Analytics: figures of a store for finance and marketing."""
