"""Members: register, list and show them."""
