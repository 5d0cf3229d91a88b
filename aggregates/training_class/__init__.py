"""Classes (班期): filed, approved, taught, completed, closed; the heart of the ledger."""
