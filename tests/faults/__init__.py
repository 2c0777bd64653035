"""Processes killed at random moments, under load; what must hold whatever is killed."""
