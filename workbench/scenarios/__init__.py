"""Designers' tests: their model, their execution in memory, and the coverage of a program by them.

scenarios = read_tests(files, program)                    # workbench.scenarios.files
result = run(scenarios[0], program)                       # passed, failed with its mismatches, or skipped
"""
