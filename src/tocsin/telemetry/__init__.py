"""How Tocsin tells what it does: logs, its status, metrics."""
