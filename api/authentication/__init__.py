"""Log-in, access tokens, API keys of a request, and passwords."""
