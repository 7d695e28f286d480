"""Rounds of a log decided again, as they were or under another policy."""
