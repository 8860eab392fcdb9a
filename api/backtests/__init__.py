"""Backtests of this process: each in a process of its own, one at a time, with how far it has come."""
