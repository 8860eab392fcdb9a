"""Why a command cannot do what it was asked: each message says why and what to do, and the command ends with 2."""


class CannotDo(Exception):
    """What every such exception of a command is."""
