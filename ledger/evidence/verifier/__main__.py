"""``python -m ledger.evidence.verifier WHAT``."""

import sys

from ledger.evidence.verifier.command import main

sys.exit(main())
