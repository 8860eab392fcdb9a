"""The audit log and imported lines of before keep no email, phone or card number, on both databases."""

from datetime import UTC, datetime

from alembic import command
from sqlalchemy import create_engine, insert, select

from database.migrate import config, upgrade
from database.tables import audit_log, import_file, import_line, member
from loyalty.ids import new_id

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANN, BEA = new_id(), new_id()

NAMED = {
    "email=Ann@example.com": ANN,
    "phone=+48500100200": ANN,
    "loyaltyCardNumber=C-1": BEA,
    "email=former@example.com": "email=…",
    "phone=500": "phone=…",
    "loyaltyCardNumber=c-1": "loyaltyCardNumber=…",
    "email": "email",
    ANN: ANN,
}
"""What entries were about before, and after."""

KEYED = {"Ann@example.com": "…", "+48500100200": "…", "C-1": "…", "former@example.com": "…", "receipt-1": "receipt-1"}


def test_entries_lead_to_members_by_their_ids_and_name_nobody_else(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0047")
    times = {"registered_at": NOW, "created_at": NOW, "updated_at": NOW}
    ann = {"email": "ann@example.com", "email_key": "ann@example.com", "card": None, "merged_into": None}
    bea = {"email": None, "email_key": None, "card": "C-1", "merged_into": None}
    people = [{"id": ANN, "phone_key": "+48500100200"} | ann, {"id": BEA, "phone_key": None} | bea]
    entry = {"created_at": NOW, "event_type": "PUT", "entity_type": "CUSTOMER", "username": "admin"}
    entry |= {"user_type": "admin", "outcome": "refused", "status": 400, "store": "S"}
    numbers = dict.fromkeys(("size", "lines", "offset", "line", "done", "repeated", "refused"), 1)
    file = {"id": "f", "store": "S", "type": "member", "file_name": "m.csv", "layout": {}, "status": "done"} | numbers
    line = {"file": "f", "store": "S", "status": "refused", "created_at": NOW}
    with engine.begin() as connection:
        same = {"store": "S", "profile": {}, "attributes": {}, "active": True} | times
        connection.execute(insert(member), [same | each for each in people])
        connection.execute(insert(audit_log), [entry | {"id": new_id(), "entity_id": each} for each in NAMED])
        connection.execute(insert(import_file).values(file | {"created_at": NOW, "updated_at": NOW}))
        said = [line | {"line": at, "key": key, "message": f"is {key}"} for at, key in enumerate(KEYED)]
        connection.execute(insert(import_line), said)

    upgrade(engine)

    with engine.connect() as connection:
        entries = connection.execute(select(audit_log.c.entity_id).order_by(audit_log.c.id)).scalars().all()
        lines = connection.execute(select(import_line.c.key, import_line.c.message).order_by(import_line.c.line)).all()
    engine.dispose()
    assert list(entries) == list(NAMED.values())
    assert [key for key, _ in lines] == list(KEYED.values())
    assert [message for _, message in lines] == [None, "is +48500100200", "is C-1", None, "is receipt-1"]
