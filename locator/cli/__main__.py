"""Start the command line as ``python -m locator.cli``."""

from locator.cli.main import main

main()
