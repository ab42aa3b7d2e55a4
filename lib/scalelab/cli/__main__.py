"""`python -m scalelab.cli`."""

from scalelab.cli.main import main

main()
