"""An activity that fails the same way again and again is given up, unless its error passes by itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import DataError, OperationalError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor

from activities.errors import RepeatedFailure
from activities.retries import MOST_ATTEMPTS, BoundedRetries
from database.secret_keys import SecretChanged, SecretKeyError
from loyalty.refusals import SumTooLarge
from loyalty.store.conflicts import ConcurrentInsert
from rules import MalformedJson

PASSING: list[Callable[[], Exception]] = [
    lambda: OperationalError("SELECT 1", None, Exception("away")),
    lambda: ConcurrentInsert("event"),
    lambda: RPCError("away", RPCStatusCode.UNAVAILABLE, b""),
    lambda: ConnectionResetError("reset"),
    lambda: OSError(28, "No space left on device"),
    TimeoutError,
    lambda: SecretKeyError("the key is missing"),
]
LASTING: list[Callable[[], Exception]] = [
    lambda: KeyError("points"),
    lambda: TypeError("no such argument"),
    lambda: ValueError("invalid"),
    lambda: ArithmeticError("overflow"),
    lambda: AssertionError("a row is there"),
    lambda: DataError("UPDATE", None, Exception("bigint out of range")),
]


class Failing(ActivityInboundInterceptor):
    """An activity that always raises."""

    def __init__(self, make: Callable[[], Exception]) -> None:
        self._make = make

    async def execute_activity(self, input: Any) -> Any:  # noqa: A002 - as the SDK calls it
        raise self._make()


async def raised(make: Callable[[], Exception], attempt: int) -> Exception:
    """What an attempt at a failing activity raises to Temporal."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=attempt)
    bounded = BoundedRetries().intercept_activity(Failing(make))
    with pytest.raises(Exception) as failed:  # noqa: PT011 - its class is what the test is about
        await environment.run(bounded.execute_activity, None)
    return failed.value


@pytest.mark.parametrize("make", PASSING)
async def test_an_error_that_passes_by_itself_is_retried_without_end(make: Callable[[], Exception]) -> None:
    assert type(await raised(make, 10 * MOST_ATTEMPTS)) is type(make())


@pytest.mark.parametrize("make", LASTING)
async def test_what_fails_the_same_way_so_many_times_is_given_up(make: Callable[[], Exception]) -> None:
    assert type(await raised(make, MOST_ATTEMPTS - 1)) is type(make())
    last = await raised(make, MOST_ATTEMPTS)

    assert isinstance(last, RepeatedFailure)
    assert str(last) == f"{type(make()).__name__} was raised at every attempt; the worker's log says where"


async def test_a_refusal_is_raised_as_it_is() -> None:
    assert isinstance(await raised(lambda: SumTooLarge("a sum", 9), 1), SumTooLarge)
    assert isinstance(await raised(lambda: MalformedJson("no JSON"), MOST_ATTEMPTS), MalformedJson)
    assert isinstance(await raised(lambda: SecretChanged("it was changed"), 1), SecretChanged)
