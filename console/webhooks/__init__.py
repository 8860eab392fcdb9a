"""Webhooks: subscriptions, their deliveries, resending, and the days of notices."""
