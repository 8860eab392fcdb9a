"""Log-in, refresh and log-out."""
