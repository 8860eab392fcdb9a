"""The repositories on SQLite and PostgreSQL.

Work is a plain function of a transaction, which is bound to one store and committed when the work returns.
"""

from database.access import Access, AccessReader
from database.connections import InvalidDatabaseUrl
from database.database import Database, StoreDatabase
from database.transaction import ReadTransaction, Transaction

__all__ = [
    "Access",
    "AccessReader",
    "Database",
    "InvalidDatabaseUrl",
    "ReadTransaction",
    "StoreDatabase",
    "Transaction",
]
