"""The languages that people read: sentences and their Russian."""
