"""Figures of a store by day: what each number means. `database.analytics` does the counting."""
