"""The audit of a store: that its ledger adds up, and that nothing which falls due is left out."""

from database.audit.auditing import Audit, audit, audited_stores, checks_of
from database.audit.checks import Check, Finding

__all__ = ["Audit", "Check", "Finding", "audit", "audited_stores", "checks_of"]
