"""The matcher against its peers on the same days, judged by the checker alone; run by ``make bench-match``."""
