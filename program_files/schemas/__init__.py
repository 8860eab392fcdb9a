"""JSON Schemas of event bodies, read and checked."""
