"""A designers' test generated from a real event, without personal data."""
