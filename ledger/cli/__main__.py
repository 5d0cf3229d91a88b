"""``python -m ledger.cli``: the same as the command ``mingzhang``."""

from ledger.cli import main

main()
