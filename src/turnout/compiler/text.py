"""What can be written into a snapshot as text."""


def is_text(text: str) -> bool:
    """Whether UTF-8 can hold it: half of a surrogate pair, which JSON may write, is no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
