"""Channels: where members come from."""
