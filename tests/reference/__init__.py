"""The slow, obvious model of what documents mean.

Written from the specification alone: it imports nothing of turnout, reads the document as it is
written at each question, and keeps nothing. One module a section of semantics.md; `model.Model`
is the door.
"""
