"""The tables of errors are complete, and unexpected errors are answered, too."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

import rules
from api.http import errors
from api.http.errors import REFUSALS, STATUS, ApiError, faults_of_refusal
from loyalty.losses import DeployLosses, Loss, Retitling
from loyalty.points import refusals as points
from loyalty.refusals import (
    IdentityTaken,
    Refusal,
    UnnamedLosses,
)
from tests.kit.api import Api
from tests.kit.refusals import SHOWN
from tests.kit.statuses import chosen_statuses

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def subclasses(of: type[Exception]) -> Iterator[type[Exception]]:
    for subclass in of.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def errors_of_the_api() -> list[type[Exception]]:
    """Those of the package itself; the console has its own, with the status of what they derive from."""
    return [error for error in subclasses(ApiError) if error.__module__.startswith("api.")]


def test_every_error_of_the_api_has_a_status():
    assert [error.__name__ for error in errors_of_the_api() if error not in STATUS] == []


def test_the_drawn_tree_is_the_tree():
    drawn = {line.split("── ")[1].split()[0] for line in (errors.__doc__ or "").splitlines() if "── " in line}

    assert drawn == {error.__name__ for error in errors_of_the_api()}


def test_every_refusal_of_an_operation_has_a_fault():
    raised = {each for each in subclasses(Refusal) if not each.__subclasses__()}

    assert set(REFUSALS) == raised == {type(refusal) for refusal, *_ in SHOWN}


def test_a_refusal_has_the_facts_that_programs_need():
    (fault,) = faults_of_refusal(points.NotEnoughPoints("points", 40, 150))

    assert fault.parameters == {"wallet": "points", "balance": 40, "needed": 150}


def test_every_parameter_of_a_refusal_is_an_attribute_of_it():
    for refusal, *_ in SHOWN:
        (fault,) = faults_of_refusal(refusal)
        assert rules.exact.dumps(dict(fault.parameters))


@pytest.mark.parametrize(
    ("refusal", "code", "path", "message"), SHOWN, ids=[type(refusal).__name__ for refusal, *_ in SHOWN]
)
def test_a_refusal_is_shown_with_its_code_its_path_and_the_cure(refusal: Refusal, code: str, path: str, message: str):
    (fault,) = faults_of_refusal(refusal)

    assert (fault.code, fault.path) == (code, path)
    assert message in fault.message


def test_a_taken_identity_has_a_fault_for_each_part():
    faults = faults_of_refusal(IdentityTaken(["email", "phone", "card"]))

    assert [fault.path for fault in faults] == ["customer.email", "customer.phone", "customer.loyaltyCardNumber"]


def test_a_deploy_that_loses_something_has_a_fault_for_each_loss_and_one_for_another_title():
    losses = (Loss("wallet", "miles", 3), Loss("event", "ping", 1, 2))

    faults = faults_of_refusal(UnnamedLosses(DeployLosses(losses, Retitling("Coffee shop", "Tea shop"))))

    assert [(fault.code, fault.path) for fault in faults] == [
        ("unnamedLoss", "drop"),
        ("unnamedLoss", "drop"),
        ("otherTitle", "rename"),
    ]
    assert "send drop: [event:ping]" in faults[1].message
    assert "send rename: true" in faults[2].message


def test_no_status_is_chosen_anywhere_but_in_the_table():
    api = Path(errors.__file__).parents[1]

    chosen = {file.relative_to(api).as_posix(): chosen_statuses(file.read_text()) for file in api.rglob("*.py")}

    assert {file: statuses for file, statuses in chosen.items() if statuses} == {
        "http/error_handlers.py": {"500"},  # of what is in no table
        "health/routes.py": {"503"},  # of an answer that is no error: what is up, and what is not
    }


@pytest.mark.parametrize(
    "source",
    [
        "from fastapi import HTTPException\nraise HTTPException(404)",
        "from starlette.exceptions import HTTPException as Refused\nraise Refused(404)",
        "from starlette import exceptions\nraise exceptions.HTTPException(404)",
        "import fastapi\nerror = fastapi.HTTPException(404)",
        "class Gone(HTTPException): ...",
        "answer(status_code=404)",
        "answer(status_code=200 if fine else 404)",
        "GONE = 404\nanswer(status_code=GONE)",
        "ExactJson({}, 404)",
        "responses.PlainTextResponse('', 404)",
        "response.status_code = 404",
        "await send({'type': 'http.response.start', 'status': 404})",
        "answer(status_code=HTTPStatus.NOT_FOUND)",
        "answer(status_code=status.HTTP_404_NOT_FOUND)",
    ],
)
def test_a_status_chosen_in_another_way_is_found(source: str):
    assert chosen_statuses(source) != set()


def test_what_chooses_no_status_of_an_error_is_not_found():
    harmless = ["answer(status_code=204)", "text[:500]", "isinstance(e, HTTPException)", "answer(status_code=e.status)"]

    assert [chosen_statuses(source) for source in harmless] == [set()] * 4


async def test_an_unknown_path_is_not_found(api: Api):
    answer = await api.http.get("/api/DEFAULT/nothing")

    assert (answer.status_code, answer.json()) == (404, {"code": 404, "message": "Not Found"})


async def test_a_wrong_method_is_answered_with_the_allowed_ones(api: Api):
    answer = await api.http.put("/api/DEFAULT/customEvent", content="{}")

    assert (answer.status_code, answer.json()["code"]) == (405, 405)
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


async def test_a_nul_in_a_path_is_refused(api_anywhere: Api):
    answer = await api_anywhere.http.get("/api/DEFAULT/customEvent/a%00b")

    assert answer.status_code == 400


async def test_an_unexpected_error_is_logged_under_the_id_that_the_client_gets(api: Api, monkeypatch):
    def explode(*_):
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr("api.events.routes.validate_event", explode)

    with structlog.testing.capture_logs() as logs:
        answer = await api.report()

    (entry,) = logs
    assert answer.status_code == 500
    assert entry["incident"] in answer.json()["message"]
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in entry["trace"]


async def test_an_unavailable_database_is_a_503_that_says_when_to_retry(api: Api, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def away(*_, **__):
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr("api.events.routes.accept_event", away)

    answer = await api.report()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()[0]["retryAfter"] == 5
