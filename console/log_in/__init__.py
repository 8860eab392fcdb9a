"""Log in and out, and pages outside of stores."""
