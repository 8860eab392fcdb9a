"""Logging in, refreshing tokens, logging out, and the rate limit on attempts."""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from api.authentication.login_rate_limiter import ADDRESS, MAX_WAIT, NAME, NAME_AT_ADDRESS, LoginRateLimiter
from api.authentication.tokens import ACCESS_TOKEN_LIFETIME
from api.http.errors import NotAuthenticated, TooManyAttempts
from commands.shared.admin import set_admin_password
from tests.kit.api import ADMIN_ID, Api
from tests.kit.paths import ROOT

LOGIN = {"username": "admin", "password": "password"}
EVENTS = "/api/DEFAULT/customEvent"


async def log_in(api: Api, path: str = "/api/admin/login_check", **changed: str) -> dict:
    answer = await api.post(path, LOGIN | changed)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def use(api: Api, token: str, path: str = EVENTS):
    return await api.http.get(path, headers={"Authorization": f"Bearer {token}"})


async def register(api: Api, **changed: str) -> str:
    customer = {"email": "anna@example.com", "plainPassword": "correct horse"} | changed
    answer = await api.post("/api/DEFAULT/member", {"customer": customer})
    return answer.json()["customerId"]


async def test_an_admin_logs_in_and_uses_the_token(api_anywhere: Api):
    tokens = await log_in(api_anywhere)

    assert (await use(api_anywhere, tokens["token"])).status_code == 200
    claims = jwt.decode(tokens["token"], options={"verify_signature": False})
    assert (claims["sub"], claims["role"]) == (ADMIN_ID, "admin")
    assert claims["exp"] - claims["iat"] == ACCESS_TOKEN_LIFETIME.total_seconds()


@pytest.mark.parametrize("changed", [{"password": "wrong"}, {"username": "nobody"}, {"username": "ADMIN"}])
async def test_wrong_credentials_are_refused_without_saying_which_part_is_wrong(api: Api, changed: dict):
    answer = await api.post("/api/admin/login_check", LOGIN | changed)

    assert (answer.status_code, answer.json()) == (401, {"code": 401, "message": "Bad credentials."})


@pytest.mark.parametrize(
    ("content", "path"),
    [({}, "username"), ({"username": "admin"}, "password"), (LOGIN | {"password": 7}, "password")],
)
async def test_a_login_without_a_field_names_it(api: Api, content: dict, path: str):
    answer = await api.post("/api/admin/login_check", content)

    assert answer.status_code == 400
    assert path in [fault["path"] for fault in answer.json()["errors"]]


async def test_a_login_with_an_unknown_name_takes_as_much_work(api: Api, monkeypatch: pytest.MonkeyPatch):
    verified = []
    monkeypatch.setattr("api.authentication.passwords._verify", lambda kept, given: verified.append(kept) or True)

    answer = await api.post("/api/admin/login_check", {"username": "nobody", "password": "nobody"})

    assert answer.status_code == 401
    assert verified[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


# The brake on guesses


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


@pytest.mark.parametrize(
    ("path", "username", "password"),
    [
        ("/api/admin/login_check", "admin", "password"),
        ("/api/DEFAULT/member/login_check", "anna@example.com", "correct horse"),
    ],
)
async def test_300_logins_at_once_are_braked_and_the_right_password_gets_in(
    api: Api, path: str, username: str, password: str
):
    await register(api)
    await log_in(api, path, username=username, password=password)
    verified = []
    api.app.state.laurel.passwords.verify = _counting(api.app.state.laurel.passwords.verify, verified)
    api.app.state.laurel.login_rate_limiter._sleep = lambda _: asyncio.sleep(0)

    answers = await asyncio.gather(
        *(api.post(path, {"username": f"nobody{each}", "password": "guess"}) for each in range(300)),
        api.post(path, {"username": username, "password": password}),
    )

    assert answers[-1].status_code == 200
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(verified) == 301 - len(refused)
    assert len(refused) > 200
    assert refused[0].json()["code"] == 429
    assert 0 < int(refused[0].headers["Retry-After"]) <= 60


def _counting(verify: Any, verified: list[str]) -> Any:
    async def counted(password_hash: str | None, password: str, *, is_known: bool) -> bool:
        verified.append(password)
        return await verify(password_hash, password, is_known=is_known)

    return counted


def test_the_documentation_has_the_allowances():
    page = (ROOT / "docs/ops.md").read_text()
    (table,) = re.findall(r"<!-- allowances of failed logins.*?-->\n(.*?)\n\n", page, re.DOTALL)

    rows = [row.strip("| ").split(" | ")[1:] for row in table.splitlines()[2:]]
    expected = [[f"{each.burst}", f"{each.each_second * 60:.0f} a minute"] for each in (NAME_AT_ADDRESS, ADDRESS, NAME)]
    assert rows == expected
    assert f"waits for its turn, {MAX_WAIT:.0f} s at most" in page


async def test_a_long_login_is_not_read(api: Api):
    answer = await api.post("/api/admin/login_check", {"username": "admin", "password": "x" * 17_000})

    assert answer.status_code == 413


# Refresh tokens


async def test_a_refresh_token_gives_new_tokens_once(api_anywhere: Api):
    first = await log_in(api_anywhere)

    second = (await api_anywhere.post("/api/token/refresh", {"refresh_token": first["refresh_token"]})).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert (await use(api_anywhere, second["token"])).status_code == 200


async def test_a_refresh_token_used_twice_ends_every_refresh_token_of_its_login(api_anywhere: Api):
    first = await log_in(api_anywhere)
    other = await log_in(api_anywhere)
    second = (await api_anywhere.post("/api/token/refresh", {"refresh_token": first["refresh_token"]})).json()

    stolen = await api_anywhere.post("/api/token/refresh", {"refresh_token": first["refresh_token"]})
    after = await api_anywhere.post("/api/token/refresh", {"refresh_token": second["refresh_token"]})
    untouched = await api_anywhere.post("/api/token/refresh", {"refresh_token": other["refresh_token"]})

    assert [answer.status_code for answer in (stolen, after, untouched)] == [401, 401, 200]


@pytest.mark.parametrize(
    ("content", "status"), [({"refresh_token": "nonsense"}, 401), ({}, 400), ({"refresh_token": 7}, 400)]
)
async def test_an_invalid_refresh_token_is_refused(api: Api, content: dict, status: int):
    assert (await api.post("/api/token/refresh", content)).status_code == status


async def test_a_refresh_token_expires(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.authentication.tokens.REFRESH_TOKEN_LIFETIME", timedelta(0))
    tokens = await log_in(api)

    answer = await api.post("/api/token/refresh", {"refresh_token": tokens["refresh_token"]})

    assert answer.status_code == 401


async def test_logging_out_ends_every_session(api_anywhere: Api):
    tokens = await log_in(api_anywhere)

    answer = await use(api_anywhere, tokens["token"], "/api/token/revoke")

    assert answer.status_code == 204
    refreshed = await api_anywhere.post("/api/token/refresh", {"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401
    assert (await use(api_anywhere, tokens["token"])).status_code == 401


async def test_a_refresh_token_that_is_used_twice_at_once_gives_one_pair_or_ends_the_session(api_anywhere: Api):
    login = await log_in(api_anywhere)
    content = {"refresh_token": login["refresh_token"]}

    answers = await asyncio.gather(*(api_anywhere.post("/api/token/refresh", content) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 7]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    again = await api_anywhere.post("/api/token/refresh", {"refresh_token": won["refresh_token"]})
    assert again.status_code == 401


async def test_of_logins_at_the_same_time_as_another_password_none_survives_it(api_anywhere: Api):
    admin = await api_anywhere.database.access_read(lambda access: access.admins.named("admin"))
    tokens = api_anywhere.app.state.laurel.tokens

    async def log_in_by_the_old_password() -> dict | None:
        try:
            return await tokens.issue_to_admin(ADMIN_ID, password_hash=admin.password_hash)
        except NotAuthenticated:
            return None

    logins = [log_in_by_the_old_password() for _ in range(10)]
    *pairs, _, _ = await asyncio.gather(*logins, set_admin_password(api_anywhere.database, "new"), asyncio.sleep(0))
    api_anywhere.app.state.laurel.authenticator.clear_cache()

    statuses = {(await use(api_anywhere, pair["token"])).status_code for pair in pairs if pair}
    assert statuses <= {401}
    assert (
        await api_anywhere.database.access_read(lambda access: access.sessions.of(ADMIN_ID, now=admin.created_at)) == []
    )


# Members


@pytest.mark.parametrize("username", ["ANNA@example.com", "+48500100200", "C-1"])
async def test_a_member_with_a_password_logs_in_by_email_phone_or_card(api_anywhere: Api, username: str):
    member_id = await register(api_anywhere, phone="+48500100200", loyaltyCardNumber="C-1")

    tokens = await log_in(api_anywhere, "/api/DEFAULT/member/login_check", username=username, password="correct horse")

    assert (await use(api_anywhere, tokens["token"], f"/api/DEFAULT/member/{member_id}")).status_code == 200


async def test_a_member_without_a_password_cannot_log_in(api: Api):
    await api.report()

    answer = await api.post("/api/DEFAULT/member/login_check", {"username": "anna@example.com", "password": "nobody"})

    assert answer.status_code == 401


async def test_a_refresh_token_of_a_member_does_not_work_for_an_admin(api: Api):
    await register(api)
    tokens = await log_in(api, "/api/DEFAULT/member/login_check", username="anna@example.com", password="correct horse")

    as_admin = await api.post("/api/token/refresh", {"refresh_token": tokens["refresh_token"]})

    assert as_admin.status_code == 401


async def test_a_member_refreshes_in_their_own_store(api_anywhere: Api):
    await register(api_anywhere)
    path = "/api/DEFAULT/member/login_check"
    tokens = await log_in(api_anywhere, path, username="anna@example.com", password="correct horse")

    answer = await api_anywhere.post("/api/DEFAULT/token/refresh", {"refresh_token": tokens["refresh_token"]})

    assert jwt.decode(answer.json()["token"], options={"verify_signature": False})["role"] == "member"


async def test_a_member_sees_what_is_theirs_and_nothing_else(api: Api):
    own = await register(api)
    other = await register(api, email="bert@example.com")
    tokens = await log_in(api, "/api/DEFAULT/member/login_check", username="anna@example.com", password="correct horse")
    member = "/api/DEFAULT/member"

    async def status(path: str) -> int:
        return (await use(api, tokens["token"], path)).status_code

    seen = [
        f"{member}/{own}",
        f"{member}/{own}/status",
        f"{member}/{own}/achievement",
        f"{member}/email=anna@example.com",
    ]
    hidden = [f"{member}/{other}", f"{member}/{other}/status", f"{member}/email=nobody", member, EVENTS]
    hidden += ["/api/DEFAULT/webhook/subscription", "/api/admin/admin/api-key", "/api/DEFAULT/program"]
    assert [await status(path) for path in seen] == [200] * len(seen)
    assert [await status(path) for path in hidden] == [403] * len(hidden)


async def test_a_password_is_shown_nowhere(api: Api):
    member_id = await register(api)

    answer = await api.http.get(f"/api/DEFAULT/member/{member_id}")

    assert "assword" not in answer.text
    assert "argon2" not in answer.text


async def test_an_expired_token_is_refused(api: Api, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("api.authentication.tokens.ACCESS_TOKEN_LIFETIME", timedelta(seconds=-1))
    tokens = await log_in(api)

    answer = await use(api, tokens["token"])

    assert (answer.status_code, answer.json()["message"]) == (401, "Expired JWT Token.")
    assert datetime.now(UTC).timestamp() > jwt.decode(tokens["token"], options={"verify_signature": False})["exp"]
