"""Webhooks: messages and their formats, matching with subscriptions, signing, retries, addresses."""
