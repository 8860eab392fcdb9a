"""The demonstration: seven days of one member, printed as they happen.

It uses HTTP as any business system does: it logs in, subscribes to webhooks, reports events, and receives webhooks
about points and progress. It ends with 0 only if it has seen every step.
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
from commands.shared import embedded
from commands.shared.serving import serving_app
from commands.shared.settings import EXAMPLE_PROGRAM, Settings
from commands.shared.shutdown import wait_for_shutdown
from commands.shared.temporal_server import free_port
from loyalty.webhooks.signing import VerificationError, verify
from program_files import read_folder

DAYS = 7
PRIZE = 100
"""Points that the example program gives for seven days in a row."""
MEMBER = {"email": "john.smith@example.com"}
EVENT_NAMES = ("CustomerRegistered", "MemberAchievementProgressWasChanged", "AvailablePointsAmountChanged")
PATIENCE = 30.0
"""Seconds to wait for a step, which takes less than one."""

console = Console(highlight=False, soft_wrap=True)


class StepNotSeenError(Exception):
    """A step of the demonstration did not happen."""


@dataclass
class WebhookInbox:
    """The webhooks received, and the secrets that verify them."""

    secrets: dict[str, str] = field(default_factory=dict)
    messages: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    received: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, request: Request) -> Response:
        """Receive one webhook, verify its signature, and print it."""
        body = await request.body()
        message = rules.exact.loads(body.decode())
        name = message["eventName"]
        try:
            verify([self.secrets[name]], request.headers, body, now=datetime.now(UTC))
        except VerificationError as error:
            console.print(f"     [red]webhook {name} is rejected: {error}[/]")
            return Response(status_code=400)
        async with self.received:
            self.messages.append((name, message["data"]))
            self.received.notify_all()
        console.print(f"     [cyan]webhook[/] {name}, signature verified: {_summary(name, message['data'])}")
        return Response(status_code=204)

    async def wait(self, name: str, matches: Callable[[Mapping[str, Any]], bool]) -> None:
        """Wait for a message that matches; raise StepNotSeenError if none comes."""
        async with _within_patience(f"webhook {name}"), self.received:
            await self.received.wait_for(lambda: any(each == name and matches(data) for each, data in self.messages))


async def run() -> None:
    """Run the demonstration; on a terminal, keep Laurel up afterwards until Ctrl-C."""
    stays = sys.stdout.isatty()
    with tempfile.TemporaryDirectory(prefix="laurel-demo-") as folder:
        inbox = WebhookInbox()
        async with _receiver(inbox) as receiver_url, _laurel(Path(folder)) as (laurel, password):
            _title("Laurel is up")
            console.print(f"  Console       {laurel.url}/console   (admin, password {password})")
            console.print(f"  API           {laurel.url}/docs")
            console.print(f"  Temporal UI   {laurel.ui_url}")
            console.print(f"  Webhooks go to {receiver_url}")
            async with httpx2.AsyncClient(base_url=laurel.url, timeout=30) as client:
                await _play(client, laurel, password, inbox, receiver_url)
            _title("Every step was seen")
            if stays:
                console.print(f"  Look around: {laurel.url}/console and {laurel.ui_url}. Ctrl-C ends it.")
                await wait_for_shutdown()


async def _play(
    client: httpx2.AsyncClient, laurel: embedded.Laurel, password: str, inbox: WebhookInbox, receiver_url: str
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
        inbox.secrets[name] = made["secret"]
        console.print(f"  POST /api/{store}/webhook/subscription: {name}")

    _title("Open the app on seven days in a row")
    today = datetime.now(UTC).date()
    for number in range(1, DAYS + 1):
        await _open_app(client, laurel, inbox, number, today - timedelta(days=DAYS - number))
    await inbox.wait("CustomerRegistered", lambda data: data["customerData"]["email"] == MEMBER["email"])
    await inbox.wait("AvailablePointsAmountChanged", lambda data: data["amountChange"] == PRIZE)

    _title("The member now")
    members = await _get(client, f"/api/{store}/member?email={MEMBER['email']}")
    member_id = members["items"][0]["customerId"]
    status = await _get(client, f"/api/{store}/member/{member_id}/status")
    badges = ", ".join(badge["name"] for badge in status["badges"])
    console.print(f"  {status['activePoints']} points, tier {status['levelName']}, badges: {badges}")
    if status["activePoints"] < PRIZE:
        raise StepNotSeenError(f"the {PRIZE} points are not in the member's status")


async def _open_app(
    client: httpx2.AsyncClient, laurel: embedded.Laurel, inbox: WebhookInbox, number: int, day: date
) -> None:
    """Report one login, and wait for the progress that it makes."""
    event = {"type": "app_login", "eventDate": f"{day}T08:00:00", "customerData": MEMBER}
    accepted = await _post(client, f"/api/{laurel.store}/customEvent", {"event": event})
    event_id = accepted["customEventId"]
    console.print(f"  [bold]day {number}[/] {day} app_login accepted: {event_id}")
    await inbox.wait("MemberAchievementProgressWasChanged", lambda data: _progress(data) == (number, DAYS))
    detail = await _applied(client, f"/api/{laurel.store}/customEvent/{event_id}")
    console.print(f"     [green]progress {number}/{DAYS}[/], applied by workflow {detail['workflowUrl']}")


async def _applied(client: httpx2.AsyncClient, path: str) -> Mapping[str, Any]:
    """Return the details of an event, once it is applied."""
    async with _within_patience("the event was applied"):
        detail: Mapping[str, Any] = {}
        while detail.get("status") != "applied":
            detail = await _get(client, path)
            await asyncio.sleep(0.05)
    return detail


def _progress(data: Mapping[str, Any]) -> tuple[int, int | None]:
    rule = data["achievement"]["memberProgress"]["rules"][0]
    return rule["completedConsecutivePeriods"], rule["consecutivePeriods"]


def _summary(name: str, data: Mapping[str, Any]) -> str:
    """Return a webhook in a few words."""
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
    """A separate Laurel on free ports, which may send webhooks to this machine; and the admin's password."""
    password = secrets.token_urlsafe(9)
    loopback = (ip_network("127.0.0.0/8"),)
    settings = replace(Settings.read(), database_url=None, admin_password=password, webhook_allow=loopback)
    files = read_folder(EXAMPLE_PROGRAM)
    program = embedded.ProgramToDeploy(files=files, example=files)
    ports = embedded.Ports(free_port(), free_port(), free_port())
    async with embedded.running(program, folder=folder, ports=ports, settings=settings) as laurel:
        yield laurel, password


@asynccontextmanager
async def _receiver(inbox: WebhookInbox) -> AsyncIterator[str]:
    """The URL of an HTTP server for webhooks, which runs until the block ends."""
    app = Starlette(routes=[Route("/webhooks", inbox.receive, methods=["POST"])])
    port = free_port()
    async with serving_app(app, host=embedded.HOST, port=port):
        yield f"http://{embedded.HOST}:{port}/webhooks"


@asynccontextmanager
async def _within_patience(what: str) -> AsyncIterator[None]:
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
