"""What may be asked: read models folded from entries, knowing neither ledger nor web."""
