"""Refusals of operations on redemption codes, as a tree.

CampaignRefusal             nothing is changed
├── UnknownCampaign         the program has no such reactor
├── TakesNoCampaignCodes    the reactor needs no code
├── InvalidCampaignCode     a text cannot be a code, or too many are requested at once
└── CampaignCodesTaken      codes exist already
"""

from collections.abc import Sequence

from loyalty.refusals import Refusal

_SHOWN = 5


class CampaignRefusal(Refusal):
    """Nothing is changed."""


class UnknownCampaign(CampaignRefusal):
    """The program has no such reactor."""

    def __init__(self, reactor: str) -> None:
        super().__init__(f"there is no reactor {reactor[:80]}")
        self.reactor = reactor


class TakesNoCampaignCodes(CampaignRefusal):
    """The reactor needs no code."""

    def __init__(self, reactor: str) -> None:
        super().__init__(f"{reactor} needs no code: its file has no `code`")
        self.reactor = reactor


class InvalidCampaignCode(CampaignRefusal):
    """A text cannot be a code, or too many are requested at once; `index` is that of the text."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index


class CampaignCodesTaken(CampaignRefusal):
    """Codes exist already."""

    def __init__(self, codes: Sequence[str]) -> None:
        shown = ", ".join(codes[:_SHOWN]) + (f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else "")
        super().__init__(f"{shown} exist already: leave them out")
        self.codes = list(codes)
