"""The table of problems is complete, and what nobody foresaw is answered, too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import structlog

from api import errors as problems
from api.errors import STATUS, Problem
from tests.api.conftest import Api


def kinds(of: type[Exception]) -> Iterator[type[Exception]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_problem_has_a_status():
    assert [kind.__name__ for kind in kinds(Problem) if kind not in STATUS] == []


def test_the_drawn_tree_is_the_tree():
    drawn = {line.split("── ")[1].split()[0] for line in (problems.__doc__ or "").splitlines() if "── " in line}

    assert drawn == {kind.__name__ for kind in kinds(Problem)}


def test_no_status_is_chosen_anywhere_but_in_the_table():
    api = Path(problems.__file__).parent
    raised = {
        ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
        for file in api.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Raise) and node.exc is not None
    }

    assert "HTTPException" not in raised


async def test_an_unknown_path_is_not_found(api: Api):
    answer = await api.http.get("/api/DEFAULT/nothing")

    assert (answer.status_code, answer.json()) == (404, {"code": 404, "message": "Not Found"})


async def test_a_wrong_method_says_which_are_right(api: Api):
    answer = await api.http.put("/api/DEFAULT/customEvent", content="{}")

    assert (answer.status_code, answer.json()["code"]) == (405, 405)
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


async def test_a_nul_in_a_path_is_refused(api_anywhere: Api):
    answer = await api_anywhere.http.get("/api/DEFAULT/customEvent/a%00b")

    assert answer.status_code == 400


async def test_what_nobody_foresaw_is_logged_under_the_id_that_the_client_gets(api: Api, monkeypatch):
    def explode(*_):
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr("api.events.routes.checked", explode)

    with structlog.testing.capture_logs() as logs:
        answer = await api.report()

    (entry,) = logs
    assert answer.status_code == 500
    assert entry["incident"] in answer.json()["message"]
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in entry["trace"]


async def test_a_database_that_is_away_is_a_503_that_says_when_to_try_again(api: Api, monkeypatch):
    from sqlalchemy.exc import OperationalError

    async def away(*_):
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr("api.events.routes.accept", away)

    answer = await api.report()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()[0]["retryAfter"] == 5
