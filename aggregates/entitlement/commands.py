"""Nobody asks anything of entitlements: claims reserve and release them, payments use them."""
