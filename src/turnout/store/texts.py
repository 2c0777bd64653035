"""What text a database can keep: PostgreSQL knows no NUL, and no database half a character."""

from collections.abc import Iterable

from turnout.store.errors import Invalid


def check_text(field: str, *texts: str) -> None:
    """Refuses text that not every database can keep as it is.

    Raises:
        Invalid: One of them has a NUL or a lone surrogate.
    """
    for text in texts:
        if "\0" in text or not _is_whole(text):
            raise Invalid(field, f"`{ascii(text)[1:-1]}` holds what is no character")


def keepable(text: str) -> str:
    """The text with `?` and spaces for what not every database can keep, for what others said."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def folded(texts: Iterable[str]) -> str:
    """Text to look for words in."""
    return keepable("\n".join(texts).casefold())


def _is_whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def after_all_with(prefix: str) -> str:
    """Text that sorts after everything that starts with `prefix`, by bytes."""
    return prefix + "\U0010ffff"
