"""Laurel under faults: processes killed and stopped, connections cut and delayed, a full disk, receivers that fail."""
