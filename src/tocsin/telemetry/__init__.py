"""How Tocsin tells what it does: logs."""
