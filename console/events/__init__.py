"""Custom events: as they come in, and why each earned what it earned."""
