"""Labels of metrics with a bounded number of values, so that no input makes new time series without end."""

OTHER = "(other)"
"""The value of everything beyond the bound."""


class BoundedLabel:
    """Lets the first `most` values through; every further one becomes `OTHER`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, value: str) -> str:
        """Return the value itself, or `OTHER`."""
        if value in self._known:
            return value
        if len(self._known) >= self._most:
            return OTHER
        self._known.add(value)
        return value
