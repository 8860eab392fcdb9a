"""Workflows wait: durable order, retries and timers. They decide nothing and touch nothing."""
