"""Text that is safe to print on a terminal."""


def printable(text: str) -> str:
    """Return the text with unprintable characters escaped: on one line, and without control sequences."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else repr(character)[1:-1]
