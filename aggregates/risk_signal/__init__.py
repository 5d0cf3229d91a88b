"""Risk signals: doubts that the indicators raise, never proof."""
