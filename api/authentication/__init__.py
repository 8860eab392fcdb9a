"""Authentication: logins, tokens, passwords, and who is calling."""
