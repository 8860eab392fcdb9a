"""Members: registered, listed and shown."""
