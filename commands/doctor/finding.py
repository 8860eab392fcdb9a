"""One finding about a set-up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a part. `cure` says what to do; it is empty if all is well."""

    subject: str
    is_well: bool
    message: str
    cure: str = ""


def well(subject: str, message: str) -> Finding:
    """Return a part that is as it should be."""
    return Finding(subject, True, message)


def ill(subject: str, message: str, cure: str) -> Finding:
    """Return a part that is not."""
    return Finding(subject, False, message, cure)
