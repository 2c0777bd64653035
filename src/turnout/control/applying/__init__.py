"""Documents into the store: read, merged with what others changed, written in one transaction."""
