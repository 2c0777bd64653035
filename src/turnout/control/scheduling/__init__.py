"""What is to be done at a time: read from requests, tried when scheduled, done when it is due."""
