"""Members: their identity and registration; attributes, badges and tiers that effects set."""
