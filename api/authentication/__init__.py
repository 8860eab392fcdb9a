"""Callers recognised by tokens and API keys; passwords; the rate limit of log-ins."""
