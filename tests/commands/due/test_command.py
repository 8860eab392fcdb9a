"""`laurel due`, as it is called: lists, retries, exit codes."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from tests.kit import programs
from tests.kit.processes import laurel, write


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """A store in a SQLite file that no process has open, with two due items set aside and one overdue."""
    environment = {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path}/laurel.db", "COLUMNS": "200"}
    laurel("deploy", write(tmp_path / "program", programs.files()), "--data", tmp_path / "data", **environment)
    past = "2026-05-01 09:00:00.000000"
    with closing(sqlite3.connect(tmp_path / "laurel.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO deadline (store, subject, kind, due_at, failed_at, error) VALUES ('DEFAULT', ?, ?, ?, ?, ?)",
            [
                ("lot 1", "expire", past, past, "KeyError: 'points'"),
                ("lot 2", "newer", past, past, "UnknownDueKind: ..."),
                ("lot 3", "warn", past, None, None),
            ],
        )
    return environment


def test_what_needs_somebody_is_listed(environment: Mapping[str, str]) -> None:
    done = laurel("due", **environment)

    assert (done.returncode, done.stderr) == (0, "")
    at = "2026-05-01 09:00:00 UTC"
    assert done.stdout.splitlines() == [
        "store DEFAULT: 2 set aside, 1 overdue",
        f"  set aside  expire         lot 1  due {at}, set aside {at}: KeyError: 'points'",
        f"  set aside  newer          lot 2  due {at}, set aside {at}: UnknownDueKind: ...",
        f"  overdue    warn           lot 3  due {at}",
        "try one again by `laurel due --retry SUBJECT KIND`, or all by `laurel due --retry-all`",
    ]


def test_the_same_is_printed_as_json_and_cut_where_it_is_asked(environment: Mapping[str, str]) -> None:
    done = laurel("due", "--format", "json", "--last", "1", **environment)

    found = json.loads(done.stdout)
    assert (found["store"], found["failed"]["total"], found["overdue"]["total"]) == ("DEFAULT", 2, 1)
    assert found["failed"]["items"] == [
        {
            "subject": "lot 1",
            "kind": "expire",
            "customerId": None,
            "dueAt": "2026-05-01T09:00:00+00:00",
            "failedAt": "2026-05-01T09:00:00+00:00",
            "error": "KeyError: 'points'",
        }
    ]


def test_one_and_then_all_are_tried_again(environment: Mapping[str, str]) -> None:
    one = laurel("due", "--retry", "lot 1", "expire", **environment)
    rest = laurel("due", "--retry-all", "--format", "json", **environment)
    nothing = laurel("due", "--retry-all", **environment)

    assert (one.returncode, one.stdout) == (0, "expire lot 1 is due now\n")
    assert json.loads(rest.stdout) == {"store": "DEFAULT", "retried": [{"subject": "lot 2", "kind": "newer"}]}
    assert (nothing.returncode, nothing.stdout) == (0, "store DEFAULT: nothing is set aside\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--retry", "lot 3", "warn"], "laurel: the due item warn of lot 3 is not set aside"),
        (["--retry", "lot 9", "warn"], "laurel: no due item warn of lot 9 in store DEFAULT"),
        (["--retry", "lot 1"], "requires 2 arguments"),
        (["--retry", "lot 1", "expire", "--retry-all"], "laurel: --retry names one due item"),
        (["--store", "NOWHERE"], "laurel: store NOWHERE is unknown"),
        (["--last", "0"], "--last"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_why(
    environment: Mapping[str, str], arguments: list[str], message: str
) -> None:
    done = laurel("due", *arguments, **environment)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
