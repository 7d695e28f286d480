"""Spreadsheets in and out: what a county has, read strictly; what its desk needs, written plainly. No broker."""
