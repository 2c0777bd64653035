"""The compiled format: its messages, and the seal around them."""
