"""Workflows: durable order, retries and timers. They decide nothing and do no I/O."""
