"""Layouts of call records, as data."""
