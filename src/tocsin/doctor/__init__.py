"""Examining an installation: one small function for each check, a registry, and what a symptom asks for."""
