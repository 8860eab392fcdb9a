"""Channels: where members register and buy."""
