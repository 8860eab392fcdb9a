"""Secrets of webhooks as people, logs and histories are shown them."""

MASK = "********"
"""What stands in place of a secret."""


def masked_url(url: str) -> str:
    """Return a URL without its query, where receivers often expect a secret."""
    address, sign, _ = url.partition("?")
    return f"{address}?{MASK}" if sign else address
