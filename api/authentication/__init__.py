"""Authentication of callers by tokens and API keys; passwords; the rate limit of log-ins."""
