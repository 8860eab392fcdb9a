"""Custom events: reporting, listing, and showing what came of one."""
