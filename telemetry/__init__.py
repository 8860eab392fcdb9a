"""The telemetry of Laurel: metrics, logs and traces. Knows nothing of loyalty."""
