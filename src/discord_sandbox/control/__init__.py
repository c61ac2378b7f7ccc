"""The control API, by which people, pages and tests play members and order faults."""
