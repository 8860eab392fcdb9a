"""`laurel explain`: one event and its reasons, from a running Laurel, from a folder, from a database."""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from temporalio.client import Client

import rules
from commands.explain.event_details import event_details
from commands.explain.text import lines
from commands.shared.event_text import Details
from commands.shared.lookup import NotFound
from database import Database
from loyalty.decisions.decision import Verdict
from tests.kit import programs
from tests.kit.documentation import blocks
from tests.kit.paths import ROOT
from tests.kit.processes import AdminClient, Ports, eventually, laurel, started, write
from tests.kit.receiver import Receiver
from tests.kit.running import running

PASSWORD = "given-by-the-environment"
PAGE = "docs/explaining.md"


@dataclass(frozen=True)
class Shop:
    """The shop of the documentation at work, with Anna's two purchases."""

    data: Path
    admin: AdminClient
    first: str
    second: str


def buy(admin: AdminClient, total: int, channel: str, hour: str, own_id: str) -> str:
    """A purchase of Anna's, once it is applied."""
    event = {
        "type": "purchase",
        "eventDate": f"2026-05-01T{hour}:00:00",
        "eventId": own_id,
        "customerData": {"email": "anna@example.com"},
        "body": {"total": total, "channel": channel},
    }
    event_id = admin.post("/api/DEFAULT/customEvent", {"event": event})["customEventId"]
    admin.applied(event_id)
    return str(event_id)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder, ports = tmp_path_factory.mktemp("explain"), Ports.free()
    files = {block.splitlines()[0].removeprefix("# "): block.encode() for block in blocks(PAGE, "yaml")}
    program, data = write(folder / "program", files), folder / "data"
    command: list[str | Path] = ["up", "--program", program, "--data", data, *ports.options]
    with started(folder / "log", *command, LAUREL_ADMIN_PASSWORD=PASSWORD) as process:
        eventually(lambda: process.output, lambda output: "Ctrl-C ends it" in output, process=process)
        with AdminClient(ports.url, PASSWORD) as admin:
            first, second = buy(admin, 8, "store", "09", "till 7/1"), buy(admin, 12, "web", "10", "receipt-4711")
            yield Shop(data, admin, first, second)


def masked(text: str) -> str:
    """A text without what is different each time."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    text = re.sub(r"received \S+", "received TIME", text)
    return re.sub(r"http://127.0.0.1:\d+", "UI", text)


def test_the_page_shows_what_the_command_prints(shop: Shop) -> None:
    (command,), (shown,) = blocks(PAGE, "console"), blocks(PAGE, "text")

    done = laurel(*command.split()[2:], "--data", shop.data)

    assert (done.returncode, done.stderr) == (0, "")
    assert masked(done.stdout) == masked(shown)


def test_every_answer_there_is_is_on_the_page() -> None:
    listed = re.findall(r"^\| `(\w+)` \| ", (ROOT / PAGE).read_text(), re.MULTILINE)

    assert listed == list(get_args(Verdict))


def test_an_event_is_found_by_its_id_in_any_case_and_by_its_reporters(shop: Shop) -> None:
    names = [shop.first, shop.first.upper(), "till 7/1"]

    found = [event_details(name, data=shop.data, store="DEFAULT") for name in names]

    assert found[0]["customEventId"] == shop.first
    assert found == [found[0]] * 3


def test_json_is_what_the_api_answers(shop: Shop) -> None:
    done = laurel("explain", shop.second, "--data", shop.data, "--format", "json")

    assert done.returncode == 0
    answered = shop.admin.get(f"/api/DEFAULT/customEvent/{shop.second}")
    assert rules.exact.loads(done.stdout) == rules.exact.loads(rules.exact.dumps(answered))
    verdicts = [answer["verdict"] for answer in answered["decision"]]
    assert verdicts == ["condition_false", "limit_reached", "fired", "not_active_yet", "counted"]


@pytest.mark.parametrize(
    ("event", "store", "said"),
    [
        (
            "0199c0de-7a11-7c0f-8e57-000000000001",
            None,
            "no event 0199c0de-7a11-7c0f-8e57-000000000001 in store DEFAULT",
        ),
        ("", None, "no event without an id in store DEFAULT"),
        ("..", None, "no event .. in store DEFAULT"),
        (os.fsdecode(b"\xff"), None, "no event ? in store DEFAULT"),
        ("receipt-4711", "OTHER", "store OTHER is unknown: there is DEFAULT"),
    ],
)
def test_an_unknown_event_or_store_is_explained(shop: Shop, event: str, store: str | None, said: str) -> None:
    with pytest.raises(NotFound) as refused:
        event_details(event, data=shop.data, store=store)

    assert str(refused.value) == said


def test_an_unknown_event_exits_with_2(shop: Shop) -> None:
    done = laurel("explain", "nothing-like-it", "--data", shop.data)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "laurel: no event nothing-like-it in store DEFAULT\n"


def test_a_folder_where_nothing_was_ever_started_is_named_and_not_made(tmp_path: Path) -> None:
    done = laurel("explain", "receipt-4711", "--data", tmp_path / "nowhere")

    assert done.returncode == 2
    assert f"nothing was ever started in {tmp_path / 'nowhere'}" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_when_laurel_is_down_the_event_is_read_from_its_folder(tmp_path: Path) -> None:
    ports, data = Ports.free(), tmp_path / "data"
    program = write(tmp_path / "program", programs.files())
    command: list[str | Path] = ["up", "--program", program, "--data", data, *ports.options]
    with started(tmp_path / "log", *command, LAUREL_ADMIN_PASSWORD=PASSWORD) as process:
        eventually(lambda: process.output, lambda output: "Ctrl-C ends it" in output, process=process)
        with AdminClient(ports.url, PASSWORD) as admin:
            event_id = admin.applied(admin.report("app_login"))["customEventId"]
        while_up = event_details(event_id, data=data, store=None)
        process.end(signal.SIGINT)

    while_down = event_details(event_id, data=data, store=None)

    assert "progress 0 to 1 of 7" in [answer["because"] for answer in while_down["decision"]]
    assert while_up.pop("workflowUrl").endswith(event_id)
    assert rules.exact.loads(rules.exact.dumps(while_down)) == while_up


async def test_from_a_database_all_caused_events_are_printed_and_no_personal_data(
    database: Database,
    database_url: str,
    temporal: Client,
    receiver: Receiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = programs.SEVEN_DAYS.replace("goal: 7", "goal: 1")
    monkeypatch.setenv("LAUREL_DATABASE_URL", database_url)
    async with running(database, temporal, programs.files(**{"achievements__seven-days": quick})) as given:
        await given.subscribe("MemberAchievementProgressWasChanged", f"{receiver.url}/hook")
        event = await given.accept(await given.register(), "app_login")
        await given.answer(event)

    details = event_details(event.id.upper(), data=tmp_path, store=None)
    printed = "\n".join(line.plain for line in lines(details))

    assert details["workflowId"] == event.workflow_id
    assert [line.strip().split()[0] for line in printed.splitlines() if " applied" in line] == [
        "app_login",
        "achievement_completed",
        "badge_granted",
    ]
    assert "           gives grant_badge early-bird" in printed
    assert f"MemberAchievementProgressWasChanged to {receiver.url}/hook: delivered; attempt 1: 200 in" in printed
    assert "ann@example.com" not in printed


def details(**changed: object) -> Details:
    """An event of which nothing came."""
    outcome = {"did": [], "entries": [], "caused": []}
    dates = {"eventDate": "2026-05-01T10:00:00", "createdAt": "2026-05-01T10:00:00"}
    names = {"customEventId": "e", "customerId": "m", "type": "purchase", "workflowId": "event/S/e"}
    program = {"revision": 1, "revisionHash": "a"}
    event = {**names, **dates, **program, "status": "received", "error": None, "decision": None, "deliveries": []}
    return event | {"outcome": outcome} | changed


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({}, "Not decided yet"),
        ({"decision": []}, "No reactor and no achievement is on this event type"),
        ({"error": "too deep"}, "  error      too deep"),
        ({"eventId": "a\x1b[31mb"}, "  its own id a\\x1b[31mb"),
    ],
)
def test_an_event_without_an_outcome_says_so(changed: dict[str, object], line: str) -> None:
    printed = [text.plain for text in lines(details(**changed))]

    assert line in printed


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (
            {"award_points": {"wallet": "points", "points": 12, "expires": "never", "pending": "2d"}},
            "award_points 12 points, pending 2d, expires never",
        ),
        ({"deduct_points": {"wallet": "points", "points": 1}}, "deduct_points 1 points"),
        ({"set_attribute": {"name": "shops", "value": ["a"]}}, 'set_attribute shops = ["a"]'),
        (
            {"call_webhook": {"url": "https://a.example", "body": {"secret": 1}, "headers": {}}},
            "call_webhook https://a.example",
        ),
        ({"set_tier": "gold"}, "set_tier gold"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_an_effect_is_printed_as_text(effect: dict[str, object], words: str) -> None:
    answer = {"source": "reactor/r", "verdict": "fired", "because": "", "place": "r.yaml:1:1", "effects": [effect]}

    printed = [text.plain for text in lines(details(decision=[answer]))]

    assert f"       gives {words}" in printed
