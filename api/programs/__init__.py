"""Programs: deploy, list and compare revisions, and roll back."""
