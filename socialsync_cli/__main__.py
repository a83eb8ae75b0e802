"""`python -m socialsync_cli`."""

import sys

from socialsync_cli.cli import main

sys.exit(main())
