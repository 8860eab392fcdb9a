"""The allowances of failed logins: by name and address, by address, and by name."""

import asyncio
import re
from dataclasses import dataclass, field

import pytest

from api.authentication.login_rate_limiter import ADDRESS, MAX_WAIT, NAME, NAME_AT_ADDRESS, LoginRateLimiter
from api.http.errors import NotAuthenticated, TooManyAttempts
from tests.kit.paths import ROOT


@dataclass
class Clock:
    """Time that passes when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Logins:
    """Logins by a limiter, on a clock of their own; the password of everybody is `right`."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.limiter = LoginRateLimiter(lambda: self.clock.now, self.clock.sleep)

    async def get_in(self, name: str, password: str, address: str) -> bool | None:
        """Whether a login succeeds; None: it is refused untried."""
        try:
            async with self.limiter.attempt("", name, address):
                if password != "right":
                    raise NotAuthenticated("Bad credentials.")
        except NotAuthenticated:
            return False
        except TooManyAttempts:
            return None
        return True

    async def at_once(self, number: int, name: str, address: str, password: str = "guess") -> list[bool | None]:
        """Logins that begin before any of them is done: time stands still for each that sleeps."""
        self.limiter._sleep = lambda _: asyncio.sleep(0)
        numbered = [name.format(each) for each in range(number)]
        results = await asyncio.gather(*(self.get_in(each, password, address.format(number)) for each in numbered))
        self.limiter._sleep = self.clock.sleep
        return results


async def test_ten_failures_a_minute_lock_nobody_out():
    logins = Logins()
    for _ in range(60):
        assert await logins.get_in("admin", "guess", "10.0.0.1") is False
        logins.clock.now += 6

    assert await logins.get_in("admin", "right", "10.0.0.1") is True
    assert logins.clock.slept == []


async def test_guesses_at_one_name_slow_down_and_the_right_password_gets_in_after_seconds():
    logins = Logins()
    for _ in range(60):
        assert await logins.get_in("Admin" if _ % 2 else "ADMIN", "guess", "10.0.0.1") is False
    taken = logins.clock.now

    assert taken == pytest.approx(50 * 3)
    assert await logins.get_in("admin", "right", "10.0.0.1") is True
    assert logins.clock.now - taken <= MAX_WAIT


async def test_many_guesses_at_once_are_refused_and_say_when_to_come_again():
    logins = Logins()

    results = await logins.at_once(300, "admin", "10.0.0.1")

    assert results.count(False) == NAME_AT_ADDRESS.burst + int(MAX_WAIT * NAME_AT_ADDRESS.each_second)
    assert results.count(None) == 300 - results.count(False)
    with pytest.raises(TooManyAttempts) as refused:
        async with logins.limiter.attempt("", "admin", "10.0.0.1"):
            pass
    assert 0 < refused.value.retry_after <= 1 / NAME_AT_ADDRESS.each_second


async def test_guesses_from_one_address_hinder_nobody_at_another():
    logins = Logins()
    await logins.at_once(300, "admin", "10.0.0.1")

    assert await logins.get_in("admin", "right", "10.0.0.2") is True
    assert logins.clock.slept == []


async def test_guesses_at_many_names_from_one_address_are_limited():
    logins = Logins()

    results = await logins.at_once(60, "name{}", "10.0.0.1")

    assert results.count(False) == ADDRESS.burst + int(MAX_WAIT * ADDRESS.each_second)
    assert await logins.get_in("somebody", "right", "10.0.0.1") is None
    assert await logins.get_in("somebody", "right", "10.0.0.2") is True


async def test_guesses_at_one_name_from_many_addresses_are_limited():
    logins = Logins()

    results = [(await logins.at_once(1, "admin", f"10.0.{each // 250}.{each % 250}"))[0] for each in range(300)]

    assert results.count(False) == NAME.burst + int(MAX_WAIT * NAME.each_second)


async def test_a_name_that_is_known_at_an_address_is_not_hindered_by_guesses_at_others_or_from_elsewhere():
    logins = Logins()
    await logins.get_in("admin", "right", "10.0.0.1")
    await logins.at_once(300, "name{}", "10.0.0.1")
    for each in range(300):
        await logins.at_once(1, "admin", f"10.1.{each // 250}.{each % 250}")

    assert await logins.get_in("admin", "right", "10.0.0.1") is True
    assert await logins.get_in("admin", "right", "192.0.2.1") is None
    assert logins.clock.slept == []


async def test_logins_that_succeed_are_not_limited():
    logins = Logins()

    assert {await logins.get_in(f"member{each}", "right", "10.0.0.1") for each in range(500)} == {True}
    assert logins.clock.slept == []


async def test_logging_in_clears_wrong_guesses_at_the_same_name_before_it():
    logins = Logins()
    for _ in range(2):
        for _ in range(NAME_AT_ADDRESS.burst - 1):
            await logins.get_in("anna", "guess", "10.0.0.1")
        assert await logins.get_in("anna", "right", "10.0.0.1") is True

    assert logins.clock.slept == []


@pytest.mark.parametrize(
    ("one", "other", "are_one"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("testclient", "", False),
    ],
)
async def test_a_network_that_one_client_may_have_counts_as_one_address(one: str, other: str, are_one: bool):
    logins = Logins()
    await logins.at_once(60, "name{}", one)

    assert (await logins.get_in("somebody", "right", other) is None) is are_one


async def test_the_memory_of_attempts_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.authentication.login_rate_limiter.MAX_KEYS", 2)
    logins = Logins()
    for each in range(10):
        await logins.get_in(f"name{each}", "right", f"10.0.0.{each}")

    limiter = logins.limiter
    kept = [limiter._by_name._buckets, limiter._by_address._buckets, limiter._by_name_at_address._buckets]
    assert [len(each) <= 2 for each in (*kept, limiter._known)] == [True] * 4


def test_the_documentation_has_the_allowances():
    page = (ROOT / "docs/ops.md").read_text()
    (table,) = re.findall(r"<!-- allowances of failed logins.*?-->\n(.*?)\n\n", page, re.DOTALL)

    rows = [row.strip("| ").split(" | ")[1:] for row in table.splitlines()[2:]]
    expected = [[f"{each.burst}", f"{each.each_second * 60:.0f} a minute"] for each in (NAME_AT_ADDRESS, ADDRESS, NAME)]
    assert rows == expected
    assert f"waits for its turn, {MAX_WAIT:.0f} s at most" in page
