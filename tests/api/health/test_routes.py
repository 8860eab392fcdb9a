"""Health, which needs no login."""

from tests.kit.api import Api


async def test_a_process_that_answers_is_alive(api: Api):
    del api.http.headers["Authorization"]

    assert await api.get("/health/live") == {"status": "alive"}


async def test_events_can_be_accepted_without_temporal(api_anywhere: Api):
    api_anywhere.up["temporal"] = False

    answer = await api_anywhere.get("/health/ready")

    assert answer == {"ready": True, "database": True, "temporal": False, "program": True}


async def test_events_cannot_be_accepted_without_the_database(api: Api):
    api.up["database"] = False

    answer = await api.http.get("/health/ready")

    assert (answer.status_code, answer.json()["ready"]) == (503, False)


async def test_the_version_is_shown(api: Api):
    assert (await api.get("/api/"))["name"] == "Laurel"
    assert (await api.http.get("/api/healthcheck")).status_code == 204
