"""Ready maps for the lists that people have: TOML, read by :mod:`consent.files.list_map`."""
