"""Points: lots, balances, awards, deductions and expiry."""
