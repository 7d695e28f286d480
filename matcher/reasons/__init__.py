"""Why nobody goes, to whom a visit was lost, and what smallest change would serve it."""
