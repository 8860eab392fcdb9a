"""How what a check found is told: to a person, a script, GitHub, a viewer of SARIF. Pure: each makes a text."""
