"""Archives (档案): one dossier for each class, checked, sealed, kept for ten years."""
