"""What is written and released: resources, their lifecycle and their history, behind transactions."""
