"""The base of errors that end a command with exit code 2."""


class CommandError(Exception):
    """A command cannot do what it was asked; the message says why and what to do."""
