"""Sending webhooks: the delivery activity, the HTTP client, and the guard of the addresses it connects to."""
