"""The audit log: what is written into it is read off the server, before and after.

Whoever does something need not know of it. For each operation that is recorded a table names the
kinds of things it may make, change or take away; these are looked at before and after, and what
is different becomes entries. Operations that are in no table cost nothing.
"""
