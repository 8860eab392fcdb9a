"""Programs: deploying, listing and comparing revisions, and rolling back."""
