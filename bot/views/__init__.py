"""What messages look like, and what their buttons do."""
