"""`laurel simulate`, as a designer calls it: a file, an invented member, an answer at once."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from activities.events import EventActivities
from database import Database
from database.programs import Programs
from program_files import revision_hash
from tests.kit import programs
from tests.kit.database import all_rows
from tests.kit.paths import ROOT
from tests.kit.processes import laurel, write
from tests.kit.scripted_store import FIRST, ScriptedStore

EVENT = {"type": "purchase", "eventDate": "2026-05-01T09:00:00", "body": {"total": 40, "channel": "web"}}
UNKNOWN_ANNA = {"customerData": {"email": "anna@example.com"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "program", programs.files())


def event_file(tmp_path: Path, event: Mapping[str, Any] = EVENT) -> Path:
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"event": event}))
    return file


def said(*arguments: str | Path, **environment: str) -> Any:
    done = laurel("simulate", *arguments, "--format", "json", **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_an_invented_member_is_shown_with_what_they_would_have(folder: Path, tmp_path: Path) -> None:
    member = "{tier: silver, points: 10, earned: 1990, achievements: {seven-days: {completed: 1}}}"

    done = laurel("simulate", folder, event_file(tmp_path), "--member", member)

    assert (done.returncode, done.stderr) == (0, "")
    for line in ("yes  points-for-purchase", "+40 points by", "silver -> gold", "10 -> 50", "completed 1 times"):
        assert line in done.stdout


def test_the_member_may_be_a_file_and_the_event_the_input(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ann.yaml").write_text("tier: gold\npoints: 5\n")

    done = laurel(
        "simulate", folder, "-", "--member", tmp_path / "ann.yaml", "--format", "json", stdin=json.dumps(EVENT)
    )

    answer = json.loads(done.stdout)
    assert (answer["revision"], answer["customerId"], answer["now"]) == (
        "undeployed",
        None,
        "2026-05-01T09:00:00.000+02:00",
    )
    assert answer["after"]["wallets"]["points"]["active"] == 45


def test_an_unknown_member_is_registered_first(folder: Path, tmp_path: Path) -> None:
    answer = said(folder, event_file(tmp_path), "--member", "unknown")

    assert [each["type"] for each in answer["events"]] == ["member_registered", "purchase"]


@pytest.mark.parametrize(
    ("member", "expected"), [("{}", "points-for-purchase"), ("{teir: gold}", "key teir is unknown")]
)
def test_nothing_large_is_imported_for_an_invented_member(
    folder: Path, tmp_path: Path, member: str, expected: str
) -> None:
    code = (
        "import sys; sys.argv[0] = 'laurel'\nfrom cli import app\n"
        "try: app(['simulate', *sys.argv[1:]])\nfinally: print(*sys.modules)"
    )
    command = [sys.executable, "-c", code, folder, event_file(tmp_path), "--member", member]

    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    assert expected in done.stdout + done.stderr
    assert {"fastapi", "temporalio", "sqlalchemy", "pydantic"} & set(done.stdout.split()) == set()


async def a_store(database: Database) -> tuple[ScriptedStore, str]:
    known = Programs(database)
    program, revision, _ = await known.deploy(programs.files(), by="test")
    played = ScriptedStore(database, EventActivities(database, known), program, revision, FIRST)
    ann = await played.register("anna@example.com")
    await played.report(ann, "purchase", {"total": 30})
    return played, ann


async def test_a_member_of_the_database_is_tried_as_they_are_and_nothing_is_written(
    sqlite_database: Database, folder: Path, tmp_path: Path
) -> None:
    _, ann = await a_store(sqlite_database)
    address = {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path / 'laurel.db'}"}
    before = await all_rows(sqlite_database)

    by_id = said(folder, event_file(tmp_path), "--member-id", ann, "--now", "2026-03-03T09:00:00", **address)
    named = event_file(tmp_path, EVENT | UNKNOWN_ANNA)
    later = said(folder, named, "--data", tmp_path, "--now", "2999-01-01T00:00:00", **address)

    assert (by_id["customerId"], by_id["after"]["wallets"]["points"]["active"]) == (ann, 70)
    assert [each["type"] for each in later["meanwhile"]] == ["points_will_expire", "points_expired"]
    assert later["before"]["wallets"]["points"]["active"] == 0
    assert await all_rows(sqlite_database) == before


async def test_a_member_missing_from_the_database_is_reported(
    sqlite_database: Database, folder: Path, tmp_path: Path
) -> None:
    await a_store(sqlite_database)
    address = {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path / 'laurel.db'}"}
    file = event_file(tmp_path)

    for more, words in (
        (["--member-id", "0199c0de-7a11-7c0f-8e57-000000000001"], "no member 0199c0de"),
        (["--member-id", "C-17"], "is a UUID"),
        (["--data", tmp_path], "the event names no member"),
        (["--member-id", "C-17", "--member", "{}"], "leave out --member"),
    ):
        done = laurel("simulate", folder, file, *more, **address)

        assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


async def test_the_deployed_program_needs_no_folder_and_its_event_names_the_member(
    sqlite_database: Database, tmp_path: Path
) -> None:
    await a_store(sqlite_database)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "laurel.db").symlink_to(tmp_path / "laurel.db")
    before = await all_rows(sqlite_database)
    call = ["--deployed", event_file(tmp_path, EVENT | UNKNOWN_ANNA), "--data", tmp_path / "data"]
    call += ["--now", "2026-03-03T09:00:00"]

    stored, invented = said(*call), said(*call, "--member", "{points: 5}", "--store", "DEFAULT")

    assert (stored["revision"], invented["revision"]) == (1, 1)
    assert stored["revisionHash"] == revision_hash(programs.files())
    assert [each["after"]["wallets"]["points"]["active"] for each in (stored, invented)] == [70, 45]
    assert (stored["customerId"] is not None, invented["customerId"]) == (True, None)
    assert await all_rows(sqlite_database) == before


async def test_the_deployed_program_is_the_one_in_force_of_the_store_that_is_named(
    sqlite_database: Database, tmp_path: Path
) -> None:
    known, north = Programs(sqlite_database), programs.PROGRAM.replace("DEFAULT", "NORTH")
    for program in (programs.PROGRAM, north, north.replace("points: 7d", "points: 9d")):
        await known.deploy(programs.files(program=program), by="test")
    address = {"LAUREL_DATABASE_URL": f"sqlite:///{tmp_path / 'laurel.db'}"}
    call = ["--deployed", event_file(tmp_path), "--member", "{}"]

    named = said(*call, "--store", "NORTH", **address)
    unnamed, unknown = (laurel("simulate", *call, *more, **address) for more in ([], ["--store", "EAST"]))

    assert named["revision"] == 2
    assert (unnamed.returncode, "name one with --store: there is DEFAULT, NORTH" in unnamed.stderr) == (2, True)
    assert (unknown.returncode, "store EAST is unknown: there is DEFAULT, NORTH" in unknown.stderr) == (2, True)


async def test_a_deployed_program_needs_an_event_that_names_a_member(sqlite_database: Database, tmp_path: Path) -> None:
    await a_store(sqlite_database)

    done = laurel(
        "simulate", "--deployed", event_file(tmp_path), LAUREL_DATABASE_URL=f"sqlite:///{tmp_path / 'laurel.db'}"
    )

    assert done.returncode == 2
    assert "the event names no member: give --member-id, invent a --member, or send customerData with it" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "laurel simulate DIR EVENT, or laurel simulate --deployed EVENT"),
        (["FOLDER"], "laurel simulate DIR EVENT, or laurel simulate --deployed EVENT"),
        (["--deployed"], "laurel simulate DIR EVENT, or laurel simulate --deployed EVENT"),
        (["--deployed", "FOLDER", "event.json"], "laurel simulate DIR EVENT, or laurel simulate --deployed EVENT"),
        (["FOLDER", "event.json", "--store", "DEFAULT"], "leave out --store"),
        (["--deployed", "event.json", "--data", "nowhere"], "nothing was ever started in nowhere"),
        (["--deployed", "event.json", "--member", "{}", "--member-id", "x"], "leave out --member"),
    ],
)
def test_one_program_and_one_event_are_named(folder: Path, arguments: list[str], words: str) -> None:
    done = laurel("simulate", *(folder if each == "FOLDER" else each for each in arguments))

    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr


@pytest.mark.parametrize(
    ("event", "more", "words"),
    [
        ("{", [], "event.json:1:"),
        ("[]", [], "an event must be a map"),
        ("{}", [], "an event needs type"),
        ('{"type": "purchse"}', [], "1:10: unknown-event-type: event type purchse is unknown. Did you mean purchase?"),
        ('{"type": "tier_changed"}', [], "happens by itself"),
        ('{"type": "purchase", "body": {"total": -1}}', [], "1:40: body-invalid"),
        ('{"type": "purchase", "body": 5}', [], "body must be a map"),
        ('{"type": "app_login", "eventDate": "soon"}', [], "bad-date"),
        ('{"type": "app_login", "customerData": 5}', [], "customerData must be a map"),
        ('{"type": "app_login"}', ["--now", "soon"], "--now"),
        ('{"type": "app_login"}', ["--now", "9999-12-31T23:59:59"], "--now"),
        (
            '{"type": "app_login"}',
            ["--member", "{teir: gold}"],
            "--member:1:2: unknown-key: key teir is unknown. Did you mean tier?",
        ),
        ('{"type": "app_login"}', ["--member", "{tier: [}"], "--member:1:"),
        ('{"type": "app_login"}', ["--member", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        ('{"type": "app_login"}', ["--data", "nowhere"], "nothing was ever started in nowhere"),
        ("\ud800", [], "event.json:1:1"),
    ],
)
def test_what_cannot_be_simulated_is_explained_and_exits_with_2(
    folder: Path, tmp_path: Path, event: str, more: list[str], words: str
) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(event.encode(errors="surrogatepass"))

    done = laurel("simulate", folder, file, *more)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_program_ends_with_1_and_no_folder_with_2(tmp_path: Path) -> None:
    wrong = write(tmp_path / "wrong", programs.files(reactors__x="reactor: x\non: nothing\nthen: []\n"))
    file = event_file(tmp_path)

    at_fault, nowhere, missing = (
        laurel("simulate", *arguments)
        for arguments in ((wrong, file), (tmp_path / "no", file), (wrong, tmp_path / "no.json"))
    )

    assert (at_fault.returncode, nowhere.returncode, missing.returncode) == (1, 2, 1)
    assert "reactors/x.yaml:2:5" in at_fault.stdout


def test_an_event_in_a_cycle_exits_with_1(tmp_path: Path) -> None:
    round_ = "achievement: round\non: badge_granted\ngoal: 1\nrepeat: unlimited\nthen: [{grant_badge: more}]\n"
    first = programs.POINTS_FOR_PURCHASE.replace("then: [", "then: [{grant_badge: more}, ")
    files = programs.files(**{"achievements__round": round_, "reactors__points-for-purchase": first})

    done = laurel("simulate", write(tmp_path / "program", files), event_file(tmp_path))

    assert done.returncode == 1
    assert "more than 5 deep" in done.stdout or "cycle" in done.stdout
