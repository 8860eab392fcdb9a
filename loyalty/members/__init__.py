"""Members: attributes, badges and tiers that effects set."""
