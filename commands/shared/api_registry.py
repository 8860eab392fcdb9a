"""The registry of a running Laurel, through its API: whoever serves a SQLite file is the only one to write to it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2

from commands.shared.registry import Deployed, RegistryError, Revision
from database.revisions import AnotherInForce
from loyalty.program.logic import Place
from program_files import Problem, ProgramFaults

_PAGE = 50
_PLACE = re.compile(r"(.+):(\d+):(\d+)")


class OfRunning:
    """The registry of a running Laurel."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def stores(self) -> list[str]:
        return [store["code"] for store in (await self._ask("GET", "/api/store"))["items"]]

    async def revisions(self, store: str, most: int) -> list[Revision]:
        found: list[Revision] = []
        if store not in await self.stores():
            return found
        while len(found) < most and len(found) % _PAGE == 0:
            page = f"_itemsOnPage={_PAGE}&_page={len(found) // _PAGE + 1}"
            items = (await self._ask("GET", f"/api/{store}/program?{page}"))["items"]
            if not items:
                break
            found += map(_revision, items)
        return found[:most]

    async def files(self, store: str, number: int) -> Mapping[str, bytes]:
        said = await self._ask("GET", f"/api/{store}/program/{number}")
        return {name: text.encode() for name, text in said["files"].items()}

    async def deploy(self, store: str, files: Mapping[str, bytes], *, based_on: int, note: str) -> Deployed:
        texts = {name: content.decode() for name, content in files.items()}
        said = await self._ask("POST", f"/api/{store}/program", {"files": texts, "basedOn": based_on, "note": note})
        return Deployed(said["revision"], said["isNew"])

    async def roll_back(self, store: str, to: int, *, based_on: int) -> Deployed:
        said = await self._ask("POST", f"/api/{store}/program/rollback", {"revision": to, "basedOn": based_on})
        return Deployed(said["revision"], said["isNew"])

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx2.HTTPError as error:
            raise RegistryError(f"{self._client.base_url} does not answer: {error or type(error).__name__}") from None
        if answer.status_code != httpx2.codes.OK:
            raise _refusal(answer, 0 if body is None else body["basedOn"])
        return answer.json()


def _revision(said: Mapping[str, Any]) -> Revision:
    at = datetime.fromisoformat(said["deployedAt"])
    return Revision(said["revision"], said["hash"], at, said["deployedBy"], said["inForce"], said["note"])


def _refusal(answer: httpx2.Response, based_on: int) -> Exception:
    """What the API refused, as the exception that it was there."""
    try:
        said = answer.json()
    except ValueError:
        said = {}
    match said:
        case {"inForce": {"revision": number, "deployedBy": by, "deployedAt": at}}:
            return AnotherInForce(number, by=by, at=datetime.fromisoformat(at) if at else None, based_on=based_on)
        case {"errors": [*faults]} if problems := _problems(faults):
            return ProgramFaults(problems)
        case {"errors": [{"path": path, "message": message}, *_]}:
            return RegistryError(f"{answer.url} refused it: {path}: {message}")
        case {"message": message}:
            return RegistryError(f"{answer.url} refused it: {message}")
        case _:
            return RegistryError(f"{answer.url} answered {answer.status_code}: {answer.text[:200]}")


def _problems(faults: list[Any]) -> list[Problem]:
    """The problems of a program, if that is what they are: their paths are places in its files."""
    found = [(fault, _PLACE.fullmatch(fault["path"])) for fault in faults]
    return [
        Problem(Place(place[1], int(place[2]), int(place[3])), fault["code"], fault["message"])
        for fault, place in found
        if place is not None
    ]
