"""What is written and released: items, their history and who did what, in transactions."""
