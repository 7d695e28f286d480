"""Orders that come again: their occurrences, their visits, and the teams that take them whole."""
