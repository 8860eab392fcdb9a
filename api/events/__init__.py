"""Custom events: report, list and show them."""
