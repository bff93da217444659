"""Faults against the real server: each is provoked, then what it cost is counted. Run by scripts/torture."""
