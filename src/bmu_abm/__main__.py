"""Run the `bmu` command as ``python -m bmu_abm``."""

import sys

from bmu_abm.cli import main

if __name__ == "__main__":
    sys.exit(main())
