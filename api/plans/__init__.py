"""What a draft would do: its tests, its plan with a backtest, and deploying exactly what was planned."""
