"""The compiled format."""
