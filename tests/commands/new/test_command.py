"""`laurel new test`: a test from a stored event passes, and holds no personal data."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from activities.events import EventActivities
from commands.new.recorded_test import record_test
from database import Database, Transaction
from database.programs import Programs
from database.tables import event
from loyalty.ids import new_id
from loyalty.store.members import Identity
from tests.kit import programs
from tests.kit.busy_shop import GIFT, PURCHASES, SHOPPER, UP
from tests.kit.processes import laurel, write
from tests.kit.scripted_store import COFFEE, FIRST, ScriptedStore

PURCHASE = """\
event: purchase
body:
  type: object
  required: [total]
  properties:
    total: {type: number}
    channel: {enum: [web, store]}
    contact: {type: string, format: email}
    note: {type: string}
    customer: {type: object, properties: {name: {type: string}, phone: {type: string, pattern: '^\\+48[0-9]{9}$'}}}
    address: {type: object}
"""
FILES = programs.files(
    **{
        "program": programs.PROGRAM.replace("from: 500", "from: 150"),
        "events__purchase": PURCHASE,
        "reactors__points-for-purchase": PURCHASES,
        "reactors__gift": GIFT,
        "reactors__up": UP,
        "rewards__free-coffee": COFFEE,
        "achievements__shopper": SHOPPER,
    }
)
PERSONAL = {
    "total": 70,
    "channel": "web",
    "contact": "Anna.Nowak@shop.pl",
    "note": "for ANNA.NOWAK@shop.pl, call +48 500 100 200 or ask Nowakowska",
    "customer": {"name": "Anna Nowakowska", "phone": "+48500100200"},
    "address": {"street": "Długa 5", "city": "Lublin", "country": "PL"},
}
WHO = ["anna", "nowak", "500100200", "500 100 200", "c-4711", "długa", "lublin", "1990-07-21", "shop.pl"]


@pytest.fixture
async def played(sqlite_database: Database) -> ScriptedStore:
    known = Programs(sqlite_database)
    program, revision, _ = await known.deploy(FILES, by="test")
    return ScriptedStore(sqlite_database, EventActivities(sqlite_database, known), program, revision, FIRST)


async def anna(played: ScriptedStore) -> str:
    member_id = new_id()

    def add(tx: Transaction) -> None:
        tx.members.register(
            Identity(email="anna.nowak@shop.pl", phone="+48500100200", card="C-4711"),
            member_id=member_id,
            profile={
                "firstName": "Anna",
                "lastName": "Nowakowska",
                "birthDate": "1990-07-21",
                "address": {"city": "Lublin", "country": "PL"},
            },
            attributes={"mail": "anna.nowak@shop.pl", "coffee": "latte"},
            tier="bronze",
            password_hash=None,
            registered_at=played.now,
            now=played.now,
        )

    await played.database.store("DEFAULT").write(add)
    await played.report(member_id, "member_registered", {})
    return member_id


async def last_purchase(played: ScriptedStore) -> str:
    def read(tx: Transaction) -> str:
        mine = select(event.c.id).where(event.c.type == "purchase").order_by(event.c.received_at.desc())
        return str(tx.connection.execute(mine.limit(1)).scalar_one())

    return await played.database.store("DEFAULT").read(read)


async def lived(played: ScriptedStore, last: dict[str, Any]) -> str:
    """Three weeks of Anna's, two purchases on the last day; the id of the last, after which more happened."""
    member = await anna(played)
    for total in (30, 90, 61):
        await played.wait(7)
        await played.report(member, "purchase", {"total": total, "channel": "web"})
        await played.report(member, "app_login", {})
    played.now = played.now.replace(minute=played.now.minute + 1)
    await played.report(member, "purchase", last)
    event_id = await last_purchase(played)
    played.now = played.now.replace(minute=played.now.minute + 1)
    await played.report(member, "purchase", {"total": 200})
    await played.wait(40)
    return event_id


def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'laurel.db'}"


async def test_the_file_passes_as_it_is_and_agrees_with_what_happened(played: ScriptedStore, tmp_path: Path) -> None:
    event_id = await lived(played, {"total": 70.5, "channel": "store"})
    folder = write(tmp_path / "program", FILES)
    out = folder / "tests" / "real.yaml"
    out.parent.mkdir()

    made = laurel("new", "test", "--from", event_id, "--out", out, LAUREL_DATABASE_URL=url(tmp_path))
    done = laurel("test", folder, "--no-coverage")

    assert (made.returncode, made.stderr, made.stdout) == (0, "", "")
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr
    text = out.read_text()
    assert "otherwise" not in text
    assert "tier: silver" in text
    assert "marks: [{day: 2026-03-" in text
    assert "fired: {gift: 1" in text or "limited: [gift]" in text


async def test_personal_data_is_masked_and_numbers_of_rules_and_listed_words_stay(
    played: ScriptedStore, monkeypatch: Any, tmp_path: Path
) -> None:
    event_id = await lived(played, PERSONAL)
    monkeypatch.setenv("LAUREL_DATABASE_URL", url(tmp_path))

    text = record_test(event_id, data=tmp_path, store="DEFAULT").text

    assert [who for who in WHO if who in text.lower()] == []
    assert all(kept in text for kept in ("total: 70", "channel: web", "2000-01-01"))
    assert [gone for gone in ("PL", "latte", " coffee:", "{coffee:", "street") if gone in text] == []
    email = text.split("email: ")[1].splitlines()[0]
    assert text.count(email.strip('"')) >= 3, "the same everywhere"


async def test_a_registration_becomes_a_test_of_an_unknown_member(
    played: ScriptedStore, monkeypatch: Any, tmp_path: Path
) -> None:
    member = await anna(played)
    await played.report(member, "purchase", {"total": 70})
    monkeypatch.setenv("LAUREL_DATABASE_URL", url(tmp_path))

    made = record_test(await last_purchase(played), data=tmp_path, store=None)

    assert "registered: false" in made.text
    assert made.differences == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from", "nothing"], "no event nothing in store DEFAULT"),
        (["--from", ""], "no event without an id in store DEFAULT"),
        (["--from", "x", "--store", "OTHER"], "store OTHER is unknown: there is DEFAULT"),
        ([], "--from"),
    ],
)
async def test_an_event_that_cannot_become_a_test_is_explained(
    played: ScriptedStore, arguments: list[str], said: str, tmp_path: Path
) -> None:
    done = laurel("new", "test", *arguments, LAUREL_DATABASE_URL=url(tmp_path))

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


async def test_what_was_caused_names_the_event_to_ask_for(played: ScriptedStore, tmp_path: Path) -> None:
    event_id = await lived(played, {"total": 70})

    def read(tx: Transaction) -> Any:
        return tx.connection.execute(select(event.c.id).where(event.c.type == "tier_changed").limit(1)).scalar_one()

    caused = await played.database.store("DEFAULT").read(read)
    done = laurel("new", "test", "--from", caused, LAUREL_DATABASE_URL=url(tmp_path))

    assert event_id
    assert done.returncode == 2
    assert "was caused by another event: make the test of" in done.stderr


def test_a_file_that_is_there_and_a_folder_that_is_not_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kept")

    there = laurel("new", "test", "--from", "x", "--out", tmp_path / "a.yaml")
    nowhere = laurel("new", "test", "--from", "x", "--data", tmp_path / "nowhere")

    assert (there.returncode, (tmp_path / "a.yaml").read_text()) == (2, "kept")
    assert "nothing was ever started" in nowhere.stderr


async def test_a_difference_caused_by_masking_is_reported(sqlite_database: Database, tmp_path: Path) -> None:
    by_mail = (
        "reactor: by-mail\non: purchase\nwhen: {'==': [{var: event.body.contact}, anna.nowak@shop.pl]}\n"
        "then: [{award_points: {points: 5}}]\n"
    )
    known = Programs(sqlite_database)
    program, revision, _ = await known.deploy({**FILES, "reactors/by-mail.yaml": by_mail.encode()}, by="test")
    played = ScriptedStore(sqlite_database, EventActivities(sqlite_database, known), program, revision, FIRST)
    await played.report(await anna(played), "purchase", {"total": 5, "contact": "anna.nowak@shop.pl"})

    done = laurel("new", "test", "--from", await last_purchase(played), LAUREL_DATABASE_URL=url(tmp_path))

    difference = "reactor/by-mail was fired, here condition false"
    assert done.returncode == 0
    assert f"# When it happened it was otherwise: {difference}" in done.stdout
    assert f"laurel: when it happened it was otherwise: {difference}" in done.stderr
    assert "anna" not in done.stdout.lower()
