"""Custom events: reported, listed and shown."""
