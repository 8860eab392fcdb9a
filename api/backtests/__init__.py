"""Backtests of this process: each in a separate process, one at a time, with its progress."""
