"""Webhooks sent: the deliveries, the HTTP client, and the guard of the addresses that it connects to."""
