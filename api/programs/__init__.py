"""Programs: deployed, listed, compared and rolled back."""
