"""What the `laurel` command runs: everything on one machine, the parts apart, the demonstration, deploying."""
