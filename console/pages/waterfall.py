"""A decision as a waterfall: each reactor and achievement, whether it qualified, and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from console.pages.page import StorePage
from rules.render import render_value


def place_url(page: StorePage, revision: int | None, place: str) -> str:
    """The address of a place, `file:line:column`, in a revision's files; None: in the caller's draft.

    Empty for those who may not read these files.
    """
    if not (page.opens("program", "draft") if revision is None else page.opens("program")):
        return ""
    path, _, rest = place.partition(":")
    query = urlencode({"path": path, "line": rest.partition(":")[0] or "1"})
    if revision is None:
        return f"{page.url('program', 'draft', 'file')}?{query}"
    return f"{page.url('program', str(revision), 'file')}?{query}#line"


YES = frozenset({"fired", "counted"})


@dataclass(frozen=True, slots=True)
class Failed:
    """A part of a condition that was false: the actual value, the required one, and its place."""

    actual: str
    needed: str
    place: str
    within: str
    is_abbreviated: bool
    """Whether of an actual value only the size is known, as of a long array."""


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one reactor or achievement."""

    kind: str
    name: str
    is_yes: bool
    verdict: str
    because: str
    place: str
    failed: Sequence[Failed]
    more: int
    """The number of further false parts of the condition."""
    effects: Sequence[tuple[str, Any]]

    @property
    def only_failed(self) -> Failed | None:
        """The only false part of the condition, if `because` says it all."""
        if len(self.failed) != 1 or self.more or self.failed[0].within:
            return None
        (failed,) = self.failed
        return failed if self.because == f"{failed.actual}, needed {failed.needed}" else None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The steps of a decision, in the order of the program."""

    reactors: Sequence[Step]
    achievements: Sequence[Step]

    @classmethod
    def of(cls, decision: Sequence[Mapping[str, Any]]) -> "Waterfall":
        """Return the waterfall of a decision as the API returns it."""
        steps = [_step(each) for each in decision]
        return cls(
            [each for each in steps if each.kind == "reactor"], [each for each in steps if each.kind != "reactor"]
        )


def _step(entry: Mapping[str, Any]) -> Step:
    kind, _, name = entry["source"].partition("/")
    reason = entry.get("reason") or {}
    return Step(
        kind=kind,
        name=name,
        is_yes=entry["verdict"] in YES,
        verdict=entry["verdict"],
        because=entry["because"],
        place=entry["place"],
        failed=[_failed(each) for each in reason.get("leaves", ())],
        more=reason.get("more", 0),
        effects=[pair for effect in entry["effects"] for pair in effect.items()],
    )


def _failed(leaf: Mapping[str, Any]) -> Failed:
    actual = ", ".join(f"{name} is {_shown(value)}" for name, value in leaf.get("actual", {}).items())
    is_abbreviated = any(isinstance(each, Mapping) for each in leaf.get("actual", {}).values())
    return Failed(actual, leaf.get("needed", ""), leaf["place"], " in ".join(leaf.get("within", ())), is_abbreviated)


def _shown(value: Any) -> str:
    return "missing" if value is None else render_value(value)
