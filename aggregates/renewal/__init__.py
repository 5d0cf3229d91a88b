"""The log's later words on its roots, before an algorithm or a time stamp weakens."""
