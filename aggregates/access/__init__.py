"""Who saw, was refused or was erased: one stream of one entry for each."""
