"""One finding about a set-up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The finding about a part. `cure` says what to do; it is empty if the part is ok."""

    subject: str
    is_well: bool
    message: str
    cure: str = ""


def well(subject: str, message: str) -> Finding:
    """Return a finding for a part that is ok."""
    return Finding(subject, True, message)


def ill(subject: str, message: str, cure: str) -> Finding:
    """Return a finding for a faulty part."""
    return Finding(subject, False, message, cure)
