"""What other services send to a webhook in a form of their own, as messages."""
