"""Event types, as the API shows them."""
