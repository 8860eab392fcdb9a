"""What Laurel says about itself while it runs: metrics, logs and traces. Knows nothing of loyalty."""
