"""The engine: decides and applies events, and runs due items."""
