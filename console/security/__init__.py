"""The security of every request and response of the console."""
