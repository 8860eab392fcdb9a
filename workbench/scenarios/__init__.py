"""Designers' tests: what they say, how they run on a trial, and what of a program they reach.

scenarios = read_tests(files, program)                    # program_files
result = run(scenarios[0], program)                       # passed, skipped, or what was expected and what was
"""
