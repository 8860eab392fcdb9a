"""Pages of sales and returns."""
