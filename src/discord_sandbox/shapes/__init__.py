"""Objects of the world as Discord writes them in JSON."""
