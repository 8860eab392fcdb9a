"""Titles of the history of a member: each built-in event has one, also when its body was removed."""

from datetime import UTC, datetime

import pytest

from api.history.views import history_view
from console.history.entries import title_of
from database.member_history import HistoryEntry, HistoryKey
from loyalty.events.builtin_events import BUILT_IN
from loyalty.store.events import StoredEvent
from program_files import read_program
from tests.kit import programs
from tests.loyalty.events.test_builtin_events import BODIES

PROGRAM = read_program(programs.files())
AT = datetime(2026, 5, 1, tzinfo=UTC)


def title(name: str, body: object) -> str:
    event = StoredEvent("e", name, "m", None, None, body, AT, AT, 1, None, "applied", None, None)  # type: ignore[arg-type]
    return title_of(history_view(HistoryEntry(HistoryKey(AT, 0, "e"), event), PROGRAM, messages=False))


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_event_has_a_title(name: str) -> None:
    assert title(name, BODIES[name])
    assert title(name, {})


def test_points_that_will_expire_are_named_with_their_wallet() -> None:
    body = {**BODIES["points_will_expire"], "points": 7, "wallet": "points"}

    assert title("points_will_expire", body) == "Points will expire: 7 points"
