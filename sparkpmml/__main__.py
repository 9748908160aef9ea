"""`python -m sparkpmml` is the `sparkpmml` command."""

import sys

from sparkpmml.cli import main

sys.exit(main())
