"""What Tocsin knows, kept in SQLite or PostgreSQL: tables, the engine, and units of work.

A unit of work is a plain function that takes a connection inside a transaction; `engine.Store` runs it in a
worker thread, so that cancelling a task never tears a transaction.
"""
