"""Entitlements: what one person was granted so far, across claims, counties and funds."""
