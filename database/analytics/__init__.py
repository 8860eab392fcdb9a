"""Figures by day: triggers record each change that counts, `counting` adds it to its day, `reading` returns sums."""
