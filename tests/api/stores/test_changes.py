"""Stores: made, shown, and changed."""

from typing import Any

import pytest

from tests.kit.api import Api, fault

NEW = {"code": "SECOND", "name": "Second shop", "currency": "EUR", "active": True}


async def test_a_store_is_made_with_a_program_of_its_name(api_anywhere: Api):
    made = (await api_anywhere.post("/api/store", {"store": NEW})).json()

    shown = await api_anywhere.get(f"/api/store/{made['storeId']}")

    assert shown == {**NEW, "storeId": made["storeId"], "revision": 1, "createdAt": shown["createdAt"]}
    assert shown == await api_anywhere.get("/api/store/SECOND")
    assert (await api_anywhere.get("/api/SECOND/member"))["items"] == []


async def test_the_currency_of_a_store_is_changed_and_nothing_else(api: Api):
    changed = {"name": "Coffee shop", "currency": "PLN", "active": True}

    done = await api.http.put("/api/store/DEFAULT", json={"store": changed})
    renamed = await api.http.put("/api/store/DEFAULT", json={"store": changed | {"name": "Tea shop"}})

    assert done.status_code == 204
    assert (await api.get("/api/store/DEFAULT"))["currency"] == "PLN"
    assert fault(renamed, "store.name")["code"] == "notSupported"


@pytest.mark.parametrize(
    ("changed", "path", "code"),
    [
        ({"code": "DEFAULT"}, "store.code", "alreadyUsed"),
        ({"code": "no spaces"}, "store.code", "invalidCode"),
        ({"code": ""}, "store.code", "stringTooShort"),
        ({"name": None}, "store.name", "stringType"),
        ({"currency": "euro"}, "store.currency", "stringTooLong"),
        ({"active": False}, "store.active", "notSupported"),
    ],
)
async def test_a_store_that_cannot_be_is_refused_at_its_path(api: Api, changed: Any, path: str, code: str):
    assert fault(await api.post("/api/store", {"store": NEW | changed}), path)["code"] == code


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_an_unknown_store_is_not_found(api: Api, method: str):
    body = {"store": {"name": "x"}} if method == "PUT" else None

    assert (await api.http.request(method, "/api/store/NOWHERE", json=body)).status_code == 404
