"""Stores and events by what a call names."""

from dataclasses import dataclass

import pytest

from commands.shared.lookup import NotFound, find_event, find_store


@dataclass(frozen=True)
class Shelf:
    """Events by store."""

    kept: dict[str, list[str]]

    def stores(self) -> list[str]:
        return list(self.kept)

    def event(self, store: str, event_id: str) -> str | None:
        return f"{event_id} of {store}" if event_id in self.kept[store] else None


BOTH = Shelf({"NORTH": ["a", "b"], "SOUTH": ["b", "c"]})


def test_an_event_is_looked_for_in_the_store_that_is_named_or_in_every_one_until_it_is_found() -> None:
    found = [find_event(BOTH, *asked) for asked in (("c", None), ("b", None), ("b", "SOUTH"))]

    assert found == ["c of SOUTH", "b of NORTH", "b of SOUTH"]


@pytest.mark.parametrize(
    ("shelf", "event_id", "store", "said"),
    [
        (BOTH, "x", None, "no event x in any store: there is NORTH, SOUTH"),
        (BOTH, "a", "SOUTH", "no event a in store SOUTH"),
        (BOTH, "", None, "no event without an id in any store: there is NORTH, SOUTH"),
        (BOTH, "\udcff", "SOUTH", "no event ? in store SOUTH"),
        (BOTH, "a", "EAST", "store EAST is unknown: there is NORTH, SOUTH"),
        (Shelf({}), "a", None, "no event a in any store: no program was ever deployed: use `laurel deploy DIR`"),
    ],
)
def test_a_missing_event_or_store_is_reported_with_the_known_stores(
    shelf: Shelf, event_id: str, store: str | None, said: str
) -> None:
    with pytest.raises(NotFound) as refused:
        find_event(shelf, event_id, store)

    assert str(refused.value) == said


def test_the_only_store_need_not_be_named() -> None:
    assert find_store(["NORTH"], None) == "NORTH"
    assert find_store(["NORTH", "SOUTH"], "SOUTH") == "SOUTH"


@pytest.mark.parametrize(
    ("codes", "wanted", "said"),
    [
        (["NORTH", "SOUTH"], None, "name one with --store: there is NORTH, SOUTH"),
        (["NORTH"], "EAST", "store EAST is unknown: there is NORTH"),
        ([], None, "name one with --store: no program was ever deployed: use `laurel deploy DIR`"),
    ],
)
def test_an_ambiguous_store_must_be_named(codes: list[str], wanted: str | None, said: str) -> None:
    with pytest.raises(NotFound) as refused:
        find_store(codes, wanted)

    assert str(refused.value) == said
