"""Visits by two carers at once or in order, whose common start the search itself moves: problem and search."""
