"""API keys of administrators."""
