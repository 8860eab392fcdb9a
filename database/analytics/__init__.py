"""Figures by day: triggers note each row that counts, `counting` adds it to its day, `reading` answers with sums."""
