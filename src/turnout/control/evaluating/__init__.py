"""Runs that change the members of segments by queries: one at a time a segment, in threads."""
