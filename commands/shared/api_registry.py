"""The registry behind the API of a running Laurel: only its process may write to its SQLite file."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import httpx2

from commands.shared.registry import Deployed, RegistryError, Revision
from database.revisions import AnotherInForce, NotPulled
from loyalty.losses import DeployConsent, DeployLosses, Loss, Retitling
from loyalty.program.logic import Place
from loyalty.refusals import UnnamedLosses
from loyalty.store.settings import NOTICE_KINDS, NoticeDays
from program_files import Problem, ProgramFaults

PAGE_SIZE = 50
_POSITION = re.compile(r"(.+):(\d+):(\d+)")


def stores_page(number: int) -> str:
    """Return the path of a page of the list of stores."""
    return f"/api/store?_itemsOnPage={PAGE_SIZE}&_page={number}&_orderBy[createdAt]=asc"


class ApiRegistry:
    """The registry behind the API of a running Laurel."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def stores(self) -> list[str]:
        found: list[str] = []
        for number in count(1):
            items = (await self._request("GET", stores_page(number)))["items"]
            found += [store["code"] for store in items]
            if len(items) < PAGE_SIZE:
                break
        return sorted(found)

    async def revisions(self, store: str, most: int) -> list[Revision]:
        found: list[Revision] = []
        if store not in await self.stores():
            return found
        while len(found) < most and len(found) % PAGE_SIZE == 0:
            page = f"_itemsOnPage={PAGE_SIZE}&_page={len(found) // PAGE_SIZE + 1}"
            items = (await self._request("GET", f"/api/{store}/program?{page}"))["items"]
            if not items:
                break
            found += map(_revision, items)
        return found[:most]

    async def files(self, store: str, number: int) -> Mapping[str, bytes]:
        body = await self._request("GET", f"/api/{store}/program/{number}")
        return {name: text.encode() for name, text in body["files"].items()}

    async def notice_days(self, store: str) -> NoticeDays:
        if store not in await self.stores():
            return NoticeDays()
        notices = (await self._request("GET", f"/api/{store}/settings"))["notices"]
        return NoticeDays(**{kind.name: notices[kind.name]["days"] for kind in NOTICE_KINDS})

    async def deploy(
        self,
        store: str,
        files: Mapping[str, bytes],
        *,
        based_on: int,
        pulled: int | None,
        note: str,
        consent: DeployConsent,
    ) -> Deployed:
        texts = {name: content.decode() for name, content in files.items()}
        asked = {"files": texts, "basedOn": based_on, "pulled": pulled, "note": note, **_consent(consent)}
        body = await self._request("POST", f"/api/{store}/program", asked)
        return Deployed(body["revision"], body["isNew"])

    async def roll_back(self, store: str, to: int, *, based_on: int, consent: DeployConsent) -> Deployed:
        asked = {"revision": to, "basedOn": based_on, **_consent(consent)}
        body = await self._request("POST", f"/api/{store}/program/rollback", asked)
        return Deployed(body["revision"], body["isNew"])

    async def _request(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        return (await request_api(self._client, method, path, content)).json()


async def request_api(
    client: httpx2.AsyncClient,
    method: str,
    path: str,
    content: Mapping[str, Any] | None = None,
    *,
    accepts: Collection[int] = (httpx2.codes.OK,),
) -> httpx2.Response:
    """Call a running Laurel and return its response; raise a RegistryError, or what a DatabaseRegistry would raise.

    `accepts`: the statuses of responses that are returned.
    """
    try:
        answer = await client.request(method, path, json=content)
    except httpx2.HTTPError as error:
        raise RegistryError(f"{client.base_url} does not answer: {error or type(error).__name__}") from None
    if answer.status_code not in accepts:
        raise _error_of(answer, (content or {}).get("basedOn", 0))
    return answer


def _consent(consent: DeployConsent) -> Mapping[str, Any]:
    return {"drop": sorted(consent.drop), "rename": consent.rename}


def _revision(body: Mapping[str, Any]) -> Revision:
    at = datetime.fromisoformat(body["deployedAt"])
    return Revision(
        body["revision"], body["hash"], at, body["deployedBy"], body["inForce"], body["note"], body["inConsole"]
    )


def _error_of(answer: httpx2.Response, based_on: int) -> Exception:
    """Return the exception for an error of the API: the one that a DatabaseRegistry raises."""
    try:
        body = answer.json()
    except ValueError:
        body = {}
    match body:
        case {"inForce": {"revision": number, "deployedBy": by, "deployedAt": at}, "pulled": pulled}:
            return NotPulled(number, by=by, at=datetime.fromisoformat(at) if at else None, based_on=pulled)
        case {"inForce": {"revision": number, "deployedBy": by, "deployedAt": at}}:
            return AnotherInForce(number, by=by, at=datetime.fromisoformat(at) if at else None, based_on=based_on)
        case {"losses": [*losses], "title": title}:
            lost = [Loss(each["kind"], each["name"], each["members"], each["events"]) for each in losses]
            titles = None if title is None else Retitling(title["inForce"], title["deployed"])
            return UnnamedLosses(DeployLosses(tuple(lost), titles))
        case {"errors": [*faults]} if problems := _problems(faults):
            return ProgramFaults(problems)
        case {"errors": [{"path": path, "message": message}, *_]}:
            return RegistryError(f"{answer.url} refused it: {path}: {message}")
        case {"message": message}:
            return RegistryError(f"{answer.url} refused it: {message}")
        case _:
            return RegistryError(f"{answer.url} answered {answer.status_code}: {answer.text[:200]}")


def _problems(faults: list[Any]) -> list[Problem]:
    """Return the problems of a program, which are the errors whose path is `file:line:column`."""
    found = [(fault, _POSITION.fullmatch(fault["path"])) for fault in faults]
    return [
        Problem(Place(place[1], int(place[2]), int(place[3])), fault["code"], fault["message"])
        for fault, place in found
        if place is not None
    ]
