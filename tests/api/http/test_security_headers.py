"""Every answer, whatever it is about, has the headers that browsers and caches go by."""

import pytest

from tests.kit.api import Api

HEADERS = {
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/DEFAULT/member", 200),
        ("GET", "/health/live", 200),
        ("POST", "/api/DEFAULT/customEvent", 400),
        ("GET", "/api/NOWHERE/member", 404),
        ("GET", "/nothing", 404),
        ("PATCH", "/api/DEFAULT/member", 405),
        ("GET", "/api/%00/member", 400),
    ],
)
async def test_an_answer_has_them(api: Api, method: str, path: str, status: int):
    answer = await api.http.request(method, path)

    assert answer.status_code == status
    assert HEADERS.items() <= dict(answer.headers).items()


async def test_tokens_and_refused_logins_have_them(api: Api):
    for password, status in (("password", 200), ("wrong", 401)):
        answer = await api.post("/api/admin/login_check", {"username": "admin", "password": password})

        assert answer.status_code == status
        assert HEADERS.items() <= dict(answer.headers).items()


async def test_an_unexpected_error_has_them(api: Api, monkeypatch: pytest.MonkeyPatch):
    async def broken(*_: object) -> None:
        raise KeyError("a mistake")

    monkeypatch.setattr(api.programs, "current", broken)

    answer = await api.http.get("/api/DEFAULT/member")

    assert answer.status_code == 500
    assert HEADERS.items() <= dict(answer.headers).items()
