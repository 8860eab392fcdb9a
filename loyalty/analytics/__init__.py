"""Figures of a store by day: what each number means. The counting is in `database.analytics`."""
