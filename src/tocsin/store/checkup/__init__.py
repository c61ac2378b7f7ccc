"""What `tocsin doctor` counts in the store. Every unit only reads, and leaves tests out."""

from tocsin.reminders.delivery import Kind
from tocsin.store.tables import deliveries

EXAMPLES = 5
"""How many of what is wrong are named."""
REAL = deliveries.c.kind != Kind.TEST
