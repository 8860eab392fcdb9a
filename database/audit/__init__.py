"""The audit of a store: that its ledger adds up, and that everything that falls due has a due item."""

from database.audit.auditing import Audit, audit, audited_stores, checks_of
from database.audit.checks import Check, Finding

__all__ = ["Audit", "Check", "Finding", "audit", "audited_stores", "checks_of"]
