"""Designers' tests, run from the command line, and what they found as text, JSON and JUnit XML."""
