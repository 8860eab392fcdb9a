"""Event types for designers: proposed from a sample event, written as files, shown as fields."""
