"""`laurel stuck`, as it is called: lists, retries, exit codes."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from database import Database
from tests.kit import programs
from tests.kit.processes import laurel, write
from tests.kit.stuck import Stuck, add_stuck


@dataclass(frozen=True)
class Store:
    """A store in a SQLite file that no process has open, and what is stuck in it."""

    ids: Stuck
    data: Path
    environment: Mapping[str, str]


def stuck(store: Store, *arguments: str) -> CompletedProcess[str]:
    return laurel("stuck", "--data", store.data, *arguments, **store.environment)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    environment = {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path}/laurel.db", "COLUMNS": "200"}
    laurel("deploy", write(tmp_path / "program", programs.files()), "--data", tmp_path / "data", **environment)
    with closing(Database.open(environment["LAUREL_DATABASE_URL"])) as database:
        ids = asyncio.run(database.store("DEFAULT").write(add_stuck))
    return Store(ids, tmp_path / "data", environment)


def test_what_is_stuck_is_listed_the_longest_first_with_its_age_and_reason(store: Store) -> None:
    done = stuck(store, "--last", "4")

    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert done.stdout.splitlines() == [
        "store DEFAULT: 7 stuck",
        "  clock clock/DEFAULT  DEFAULT, overdue for 6 h",
        "    items that are due are not run: 1",
        f"  due-item {store.ids.late_lot}/warn  warn, overdue for 6 h",
        "    the store's clock has not run it",
        f"  due-item {store.ids.lot}/expire  expire, failed for 5 h",
        "    KeyError: 'x'",
        f"  delivery {store.ids.skipped}  CustomerUpdated, skipped for 4 h",
        "    its subscription was removed",
        "  and 3 more: see --last",
        "try one again by `laurel stuck --retry WHAT ID`, or all by `laurel stuck --retry-all`",
    ]


def test_the_same_is_printed_as_json(store: Store) -> None:
    found = json.loads(stuck(store, "--format", "json").stdout)

    assert (found["store"], found["total"], len(found["stuck"])) == ("DEFAULT", 7, 7)
    last = found["stuck"][-1]
    assert last.pop("since")
    assert last == {
        "kind": "event",
        "state": "failed",
        "id": store.ids.failed,
        "name": "purchase",
        "customerId": store.ids.member,
        "customEventId": None,
        "reason": "KeyError was raised",
    }


def test_one_and_then_all_are_tried_again(store: Store) -> None:
    one = stuck(store, "--retry", "event", store.ids.failed, "--under-current-revision")
    rest = stuck(store, "--retry-all", "--format", "json")
    again = stuck(store, "--retry-all")

    assert (one.returncode, one.stdout) == (0, f"event {store.ids.failed} is retried\n")
    assert json.loads(rest.stdout)["retried"] == [
        {"kind": "due-item", "id": f"{store.ids.lot}/expire"},
        {"kind": "delivery", "id": store.ids.given_up},
    ]
    assert [each["id"] for each in json.loads(rest.stdout)["refused"]] == [store.ids.skipped]
    assert again.stdout.startswith(f"delivery {store.ids.skipped} is not: subscription {store.ids.skipped} is disabled")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--retry", "event", "nothing"], "laurel: no event nothing in store DEFAULT"),
        (["--retry", "due-item", "lot/warn"], "laurel: no due-item lot/warn in store DEFAULT"),
        (["--retry", "due-item", "lot"], "laurel: no due-item lot in store DEFAULT"),
        (["--retry", "member", "x"], "laurel: member cannot be tried again"),
        (["--retry", "clock", "DEFAULT"], "laurel: a clock runs in the process of `laurel up`: start it"),
        (["--retry", "event"], "requires 2 arguments"),
        (["--retry", "event", "x", "--retry-all"], "laurel: --retry names one thing"),
        (["--under-current-revision"], "laurel: --under-current-revision is about"),
        (["--store", "NOWHERE"], "laurel: store NOWHERE is unknown"),
        (["--last", "0"], "--last"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_why(store: Store, arguments: list[str], message: str) -> None:
    done = stuck(store, *arguments)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
