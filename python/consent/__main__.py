"""``python -m consent``: the same as the command ``consent``."""

import sys

from consent.cli import main

sys.exit(main())
