"""Due items."""
