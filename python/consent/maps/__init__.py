"""Ready maps for the lists that people have: TOML, read by :mod:`consent.list_map`."""
