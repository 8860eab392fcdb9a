"""Transactions: sales and returns."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, UniqueConstraint

from database.tables.columns import ID, KEY, NAME, Instant, Json, member_column, metadata, store_column

customer_transaction = Table(
    "customer_transaction",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("document_number", NAME, nullable=False),
    Column("document_type", String(8), nullable=False),  # sell, return
    Column("linked_number", NAME),  # of a return: the document number of its sale
    Column("fingerprint", String(64), nullable=False),  # hash of the content: same number, other content is an error
    Column("purchased_at", Instant, nullable=False),
    Column("purchase_place", NAME),
    Column("channel", NAME),
    Column("gross", BigInteger, nullable=False),  # in millionths
    Column("customer_data", Json, nullable=False),
    Column("customer_id", ID),  # the parts of `customer_data` by which it is found
    Column("email_key", KEY),
    Column("phone_key", KEY),
    Column("card", NAME),
    Column("name", NAME),
    Column("nip", NAME),
    Column("items", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("reported_by", ID, nullable=False),  # the event that reports that it was stored
    member_column(nullable=True),
    Column("event", ID),  # in the member's queue; null: there is no member yet
    Column("return_state", String(8)),  # waiting, joined; null: a sale
    Column("assigned_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("store", "document_number"),
)
Index("ix_customer_transaction_store_created_at", customer_transaction.c.store, customer_transaction.c.created_at)
Index(
    "ix_customer_transaction_member",
    customer_transaction.c.member,
    sqlite_where=customer_transaction.c.member.is_not(None),
    postgresql_where=customer_transaction.c.member.is_not(None),
)
Index(
    "ix_customer_transaction_event",
    customer_transaction.c.event,
    sqlite_where=customer_transaction.c.event.is_not(None),
    postgresql_where=customer_transaction.c.event.is_not(None),
)
Index(
    "ix_customer_transaction_linked",
    customer_transaction.c.store,
    customer_transaction.c.linked_number,
    sqlite_where=customer_transaction.c.linked_number.is_not(None),
    postgresql_where=customer_transaction.c.linked_number.is_not(None),
)
_SEARCHED = ("email_key", "phone_key", "card", "customer_id", "name", "nip", "purchase_place", "channel")
for _part in _SEARCHED:
    Index(
        f"ix_customer_transaction_{_part}",
        customer_transaction.c.store,
        customer_transaction.c[_part],
        sqlite_where=customer_transaction.c[_part].is_not(None),
        postgresql_where=customer_transaction.c[_part].is_not(None),
    )
for _part in ("purchased_at", "gross"):
    Index(f"ix_customer_transaction_{_part}", customer_transaction.c.store, customer_transaction.c[_part])
_BY_TIME = (customer_transaction.c.created_at, customer_transaction.c.id)
Index("ix_customer_transaction_type", customer_transaction.c.store, customer_transaction.c.document_type, *_BY_TIME)
Index(
    "ix_customer_transaction_unmatched",
    customer_transaction.c.store,
    *_BY_TIME,
    sqlite_where=customer_transaction.c.member.is_(None),
    postgresql_where=customer_transaction.c.member.is_(None),
)

transaction_term = Table(
    "transaction_term",
    metadata,
    Column("transaction", ID, ForeignKey("customer_transaction.id"), primary_key=True),
    Column("field", String(16), primary_key=True),  # of `loyalty.store.transactions.TermField`
    Column("value", String(512), primary_key=True),
    store_column(),
)
Index(
    "ix_transaction_term_value",
    transaction_term.c.store,
    transaction_term.c.field,
    transaction_term.c.value,
)
