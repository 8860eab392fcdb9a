"""Calls every route of the API in every way, valid and invalid, as everybody who may call it and who may not.

`.venv/bin/python benchmarks/every_route.py [--cases N] [--seed N]`: exit 0 when no answer is a 5xx and every status is
one that the OpenAPI document describes for the route.
"""

import argparse
import contextlib
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx2
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from rich.console import Console
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from benchmarks.audit import PROGRAM
from benchmarks.served import Served, served

FINDING = 0.6
"""How many calls name what there is."""
SHOWN = 30
"""How many faults are printed."""


@dataclass(frozen=True)
class Credential:
    """Who calls: a name, and what is sent as `X-AUTH-TOKEN`; nothing for a stranger."""

    name: str
    token: str = ""
    login: Mapping[str, str] | None = None
    """What a member logs in with, whose token ends with what others change of them; others have API keys."""


@dataclass
class Found:
    """What one caller met."""

    caller: str
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def credentials(laurel: Served, member: Mapping[str, str]) -> Iterator[Credential]:
    """A member, a stranger, a wrong key, an API key of each role of this store and another's, and the administrator."""
    yield Credential("member", login=member)
    yield Credential("stranger")
    yield Credential("wrong key", "lrl_" + "0" * 43)
    status, roles = laurel.call("GET", "/api/acl/role")
    for role in roles["items"] if status == 200 else []:
        for store in ("DEFAULT", "OTHER"):
            wanted = {"apiKey": {"name": f"{role['name']} of {store}", "role": role["name"], "store": store}}
            status, key = laurel.call("POST", "/api/admin/admin/api-key", wanted)
            if status == 200:
                yield Credential(f"{role['name']} of {store}", key["token"])
    yield Credential("administrator's key", laurel.token)  # the last, as it may end what the others rest on


def prepare(laurel: Served) -> tuple[dict[str, str], dict[str, str]]:
    """Make something of everything; return ids by the name of the parameter, and a member's login."""
    login = {"username": "ann@example.com", "password": "a long enough password"}
    member = {"email": login["username"], "plainPassword": login["password"]}
    other = {name: text.replace("store: DEFAULT", "store: OTHER") for name, text in PROGRAM.items()}
    laurel.call("POST", "/api/OTHER/program", {"files": other})  # a store that the keys of others are of
    _, made = laurel.call("POST", "/api/DEFAULT/member", {"customer": member})
    someone = made["customerId"]
    event = {"type": "purchase", "eventDate": "2026-01-01T00:00:00Z", "body": {"total": 12}}
    reported = {**event, "customerData": {"email": login["username"]}}
    _, accepted = laurel.call("POST", "/api/DEFAULT/customEvent", {"event": reported})
    _, added = laurel.call("POST", "/api/DEFAULT/points/add", {"transfer": {"customer": someone, "points": 100}})
    hook = {"eventName": "CustomerRegistered", "url": "https://partner.example/hook"}
    _, subscription = laurel.call("POST", "/api/DEFAULT/webhook/subscription", {"webhookSubscription": hook})
    names = {
        "storeCode": "DEFAULT",
        "admin": "admin",
        "member": someone,
        "customEvent": accepted["customEventId"],
        "transfer": (added or {}).get("transferId", ""),
        "webhookSubscription": (subscription or {}).get("webhookSubscriptionId", ""),
        "eventType": "purchase",
        "revision": "1",
        "role": "viewer",
    }
    return names, login


def attack(url: str, caller: Credential, names: Mapping[str, str], cases: int, number: int) -> Found:
    """Make about so many calls as one caller."""
    operations = _operations(url)
    share = cases / (len(operations) * len(GenerationMode))
    each = max(1, int(share))
    bounded = settings(max_examples=each, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    found = Found(caller.name)
    luck = random.Random(f"{number} {caller.name}")
    with httpx2.Client(base_url=url, timeout=60, headers=_headers(caller)) as client:
        for operation in operations:
            if caller.login is not None:
                _log_in(client, caller.login)
            described = set(operation.definition.raw["responses"])
            for mode in GenerationMode:
                if luck.random() > share:  # fewer calls than routes are wanted
                    continue

                def send(case: schemathesis.Case[Any]) -> None:
                    if luck.random() < FINDING:
                        case.path_parameters = {name: names.get(name, "1") for name in case.path_parameters}
                    _send(client, case, described, found)  # noqa: B023 - called at once

                strategy = operation.as_strategy(generation_mode=mode)
                with contextlib.suppress(Unsatisfiable):  # a route with which nothing can be wrong
                    bounded(seed(number)(given(case=strategy)(send)))()
    return found


@cache
def _operations(url: str) -> list[Any]:
    """The operations of the API, read once in a process: that takes as long as hundreds of calls."""
    schema = schemathesis.openapi.from_dict(httpx2.get(f"{url}/openapi.json", timeout=60).json())
    return [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]


def _log_in(client: httpx2.Client, login: Mapping[str, str]) -> None:
    """Get a new token for a member, if theirs has ended."""
    if client.get("/api/DEFAULT/member").status_code == 401:
        client.headers.pop("X-AUTH-TOKEN", None)
        answer = client.post("/api/DEFAULT/member/login_check", json=dict(login))
        if answer.status_code == 200:
            client.headers["X-AUTH-TOKEN"] = answer.json()["token"]


def _headers(caller: Credential) -> dict[str, str]:
    return {"X-AUTH-TOKEN": caller.token} if caller.token else {}


def _send(client: httpx2.Client, case: schemathesis.Case[Any], described: Set[str], found: Found) -> None:
    sent = case.as_transport_kwargs(base_url="http://laurel")
    options = {name: sent[name] for name in ("params", "json", "data") if sent.get(name) is not None}
    if "data" in options:
        options["content"] = options.pop("data")
    path = sent["url"].removeprefix("http://laurel")
    try:
        answer = client.request(sent["method"], path, **options)
    except (httpx2.InvalidURL, UnicodeEncodeError, TypeError):  # the client refuses to send it
        return
    except httpx2.TransportError as error:
        found.faults.append(f"{found.caller}: {sent['method']} {path}: {error!r}")
        return
    found.statuses[answer.status_code] += 1
    if answer.status_code >= 500 or str(answer.status_code) not in described:
        shown = json.dumps(options, default=repr)[:600]
        said = answer.text[:200]
        found.faults.append(f"{found.caller}: {sent['method']} {path} {shown}: {answer.status_code} {said}")


def run(cases: int, number: int, jobs: int) -> Sequence[Found]:
    """Start a Laurel and call it."""
    with tempfile.TemporaryDirectory(prefix="laurel-routes-") as name:
        folder = Path(name)
        for file, text in PROGRAM.items():
            (folder / "program" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "program" / file).write_text(text)
        with served(folder, folder / "program") as laurel:
            names, login = prepare(laurel)
            callers = list(credentials(laurel, login))
            each = -(-cases // len(callers))
            with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
                waiting = [pool.submit(attack, laurel.url, caller, names, each, number) for caller in callers]
                return [done.result() for done in waiting]


def main() -> int:
    """Call, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="of all callers together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2, help="processes that call")
    asked = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    found = run(asked.cases, asked.seed, asked.jobs)
    for each in found:
        console.print(f"  {each.caller}: {each.statuses.total()} calls, {dict(sorted(each.statuses.items()))}")
    faults = [fault for each in found for fault in each.faults]
    for fault in faults[:SHOWN]:
        console.print(f"  [red]WRONG[/] {fault}", markup=True)
    total = sum(each.statuses.total() for each in found)
    console.print(f"{total} calls, seed {asked.seed}: {len(faults)} answers that should not be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
