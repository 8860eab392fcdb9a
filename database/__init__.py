"""The database remembers. Work is a plain function of a transaction, bound to one store, committed when it returns."""

from database.access import Access
from database.connections import WrongAddress
from database.database import Database, StoreDatabase
from database.transaction import Transaction

__all__ = ["Access", "Database", "StoreDatabase", "Transaction", "WrongAddress"]
