"""`laurel demo`: the whole of Laurel at work on seven days of one member, told as it happens.

It speaks HTTP as any business system would: it logs in, subscribes to webhooks, reports events, and hears of points
and progress at a receiver of its own. It ends with 0 only when it has seen every step.
"""

import asyncio
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import rules
from commands.shared.serving import serving_app
from commands.shared.settings import EXAMPLE_PROGRAM, Settings
from commands.shared.temporal_server import free_port
from commands.up import embedded
from loyalty.webhooks.signing import VerificationError, verify
from program_files import read_folder

DAYS = 7
PRIZE = 100
"""Points that the example program gives for seven days in a row."""
MEMBER = {"email": "john.smith@example.com"}
EVENT_NAMES = ("CustomerRegistered", "MemberAchievementProgressWasChanged", "AvailablePointsAmountChanged")
PATIENCE = 30.0
"""Seconds to wait for what should come within one."""

console = Console(highlight=False, soft_wrap=True)


class StepNotSeenError(Exception):
    """Something that belongs to the demonstration did not happen."""


@dataclass
class Heard:
    """The webhooks that came in, and the secrets to verify them by."""

    secrets: dict[str, str] = field(default_factory=dict)
    messages: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: Request) -> Response:
        """Receive one webhook: verify its signature, and tell."""
        body = await request.body()
        message = rules.exact.loads(body.decode())
        name = message["eventName"]
        try:
            verify([self.secrets[name]], request.headers, body, now=datetime.now(UTC))
        except VerificationError as error:
            console.print(f"     [red]webhook {name} is not believed: {error}[/]")
            return Response(status_code=400)
        async with self.news:
            self.messages.append((name, message["data"]))
            self.news.notify_all()
        console.print(f"     [cyan]webhook[/] {name}, signature verified: {_in_words(name, message['data'])}")
        return Response(status_code=204)

    async def wait(self, name: str, is_it: Callable[[Mapping[str, Any]], bool]) -> None:
        """Wait for a message; raise StepNotSeenError where it does not come."""
        async with _patience(f"webhook {name}"), self.news:
            await self.news.wait_for(lambda: any(heard == name and is_it(data) for heard, data in self.messages))


async def run() -> None:
    """The demonstration. On a terminal it stays up afterwards, until Ctrl-C."""
    stays = sys.stdout.isatty()
    with tempfile.TemporaryDirectory(prefix="laurel-demo-") as folder:
        heard = Heard()
        async with _receiver(heard) as receiver_url, _laurel(Path(folder)) as (laurel, password):
            _title("Laurel is up")
            console.print(f"  API           {laurel.url}/docs   (admin, password {password})")
            console.print(f"  Temporal UI   {laurel.ui_url}")
            console.print(f"  Webhooks go to {receiver_url}")
            async with httpx2.AsyncClient(base_url=laurel.url, timeout=30) as client:
                await _tell(client, laurel, password, heard, receiver_url)
            _title("Every step was seen")
            if stays:
                console.print(f"  Look around: {laurel.ui_url} and {laurel.url}/docs. Ctrl-C ends it.")
                await embedded.until_asked_to_stop()


async def _tell(
    client: httpx2.AsyncClient, laurel: embedded.Laurel, password: str, heard: Heard, receiver_url: str
) -> None:
    store = laurel.store
    _title("Log in as admin")
    login = await _post(client, "/api/admin/login_check", {"username": "admin", "password": password})
    client.headers["Authorization"] = f"Bearer {login['token']}"
    console.print("  POST /api/admin/login_check: a token and a refresh token")

    _title("Subscribe to webhooks")
    names = (await _get(client, f"/api/{store}/webhook/event"))["items"]
    console.print(f"  GET /api/{store}/webhook/event: {len(names)} events to choose from")
    for name in EVENT_NAMES:
        subscription = {"webhookSubscription": {"eventName": name, "url": receiver_url}}
        made = await _post(client, f"/api/{store}/webhook/subscription", subscription)
        heard.secrets[name] = made["secret"]
        console.print(f"  POST /api/{store}/webhook/subscription: {name}")

    _title("Open the app on seven days in a row")
    today = datetime.now(UTC).date()
    for number in range(1, DAYS + 1):
        await _open_app(client, laurel, heard, number, today - timedelta(days=DAYS - number))
    await heard.wait("CustomerRegistered", lambda data: data["customerData"]["email"] == MEMBER["email"])
    await heard.wait("AvailablePointsAmountChanged", lambda data: data["amountChange"] == PRIZE)

    _title("The member now")
    members = await _get(client, f"/api/{store}/member?email={MEMBER['email']}")
    member_id = members["items"][0]["customerId"]
    status = await _get(client, f"/api/{store}/member/{member_id}/status")
    badges = ", ".join(badge["name"] for badge in status["badges"])
    console.print(f"  {status['activePoints']} points, tier {status['levelName']}, badges: {badges}")
    if status["activePoints"] < PRIZE:
        raise StepNotSeenError(f"the {PRIZE} points are not in the member's status")


async def _open_app(client: httpx2.AsyncClient, laurel: embedded.Laurel, heard: Heard, number: int, day: date) -> None:
    """Report one login, and see the progress it makes."""
    event = {"type": "app_login", "eventDate": f"{day}T08:00:00", "customerData": MEMBER}
    accepted = await _post(client, f"/api/{laurel.store}/customEvent", {"event": event})
    event_id = accepted["customEventId"]
    console.print(f"  [bold]day {number}[/] {day} app_login accepted: {event_id}")
    await heard.wait("MemberAchievementProgressWasChanged", lambda data: _progress(data) == (number, DAYS))
    detail = await _applied(client, f"/api/{laurel.store}/customEvent/{event_id}")
    console.print(f"     [green]progress {number}/{DAYS}[/], applied by workflow {detail['workflowUrl']}")


async def _applied(client: httpx2.AsyncClient, path: str) -> Mapping[str, Any]:
    """An event's record, once everything it caused is done."""
    async with _patience("the event was applied"):
        detail: Mapping[str, Any] = {}
        while detail.get("status") != "applied":
            detail = await _get(client, path)
            await asyncio.sleep(0.05)
    return detail


def _progress(data: Mapping[str, Any]) -> tuple[int, int | None]:
    rule = data["achievement"]["memberProgress"]["rules"][0]
    return rule["completedConsecutivePeriods"], rule["consecutivePeriods"]


def _in_words(name: str, data: Mapping[str, Any]) -> str:
    """What a webhook says, in a few words."""
    match name:
        case "MemberAchievementProgressWasChanged":
            made, needed = _progress(data)
            return f"{data['achievement']['achievementName']}, {made}/{needed}"
        case "AvailablePointsAmountChanged":
            sign = "+" if data["amountChangeType"] == "add" else "-"
            return f"{sign}{data['amountChange']} points, {data['amount']} now"
        case _:
            return str(data["customerData"]["email"])


@asynccontextmanager
async def _laurel(folder: Path) -> AsyncIterator[tuple[embedded.Laurel, str]]:
    """A Laurel of its own, on free ports, that may send webhooks to this machine."""
    password = secrets.token_urlsafe(9)
    loopback = (ip_network("127.0.0.0/8"),)
    settings = replace(Settings.read(), database_url=None, admin_password=password, webhook_allow=loopback)
    program = read_folder(EXAMPLE_PROGRAM)
    ports = embedded.Ports(free_port(), free_port(), free_port())
    async with embedded.running(
        files=program, example=program, folder=folder, ports=ports, settings=settings
    ) as laurel:
        yield laurel, password


@asynccontextmanager
async def _receiver(heard: Heard) -> AsyncIterator[str]:
    """An HTTP server for webhooks, and its URL."""
    app = Starlette(routes=[Route("/webhooks", heard.take, methods=["POST"])])
    port = free_port()
    async with serving_app(app, host=embedded.HOST, port=port):
        yield f"http://{embedded.HOST}:{port}/webhooks"


@asynccontextmanager
async def _patience(what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError:
        raise StepNotSeenError(f"{what} did not come within {PATIENCE:.0f} seconds") from None


async def _get(client: httpx2.AsyncClient, path: str) -> Any:
    return _answer(await client.get(path))


async def _post(client: httpx2.AsyncClient, path: str, body: Mapping[str, Any]) -> Any:
    return _answer(await client.post(path, json=body))


def _answer(response: httpx2.Response) -> Any:
    if response.status_code != httpx2.codes.OK:
        raise StepNotSeenError(f"{response.request.url.path} answered {response.status_code}: {response.text[:300]}")
    return rules.exact.loads(response.text)


def _title(text: str) -> None:
    console.print(f"\n[bold magenta]{text}[/]")
