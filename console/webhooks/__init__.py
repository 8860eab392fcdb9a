"""Webhooks: subscriptions, their deliveries, sending again, and the days of notices."""
