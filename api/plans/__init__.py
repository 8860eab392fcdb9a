"""Plans of drafts: tests, the plan with a backtest, and deploying exactly what was planned."""
