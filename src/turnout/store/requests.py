"""Answers of writes that had a request id: a repetition gets the same one."""

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from turnout.store.audit import Audit
from turnout.store.errors import InvalidRequestId
from turnout.store.tables import requests
from turnout.store.texts import check_text

KEPT_FOR = timedelta(hours=24)
"""How long an answer is kept."""


class Requests:
    """Reads and keeps answers, for each actor apart. Only in a transaction that writes.

    Args:
        connection: Inside a transaction.
        audit: The log of that transaction.
    """

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection = connection
        self._audit = audit

    def answer(self, request_id: str, method: str, digest: str) -> bytes | None:
        """Gives the answer that was kept, or None when the request is a new one.

        Args:
            request_id: As the caller sent it.
            method: For example `CreateFlag`.
            digest: Of the request.

        Raises:
            InvalidRequestId: It was used for another method or another request.
            Invalid: It is no text that every database can keep.
        """
        check_text("request_id", request_id)
        query = select(requests.c.method, requests.c.digest, requests.c.answer)
        query = query.where(
            requests.c.actor == self._audit.act.actor,
            requests.c.request_id == request_id,
            requests.c.at > self._audit.now - KEPT_FOR,
        )
        kept = self._connection.execute(query).one_or_none()
        if kept is None:
            return None
        if (kept.method, kept.digest) != (method, digest):
            raise InvalidRequestId(request_id)
        return bytes(kept.answer)

    def keep(self, request_id: str, method: str, digest: str, answer: bytes) -> None:
        """Keeps an answer for 24 hours, and forgets older ones.

        Args:
            request_id: One that `answer` had nothing for.
            method: For example `CreateFlag`.
            digest: Of the request.
            answer: What was answered.
        """
        now = self._audit.now
        self._connection.execute(delete(requests).where(requests.c.at <= now - KEPT_FOR))
        row = {
            "actor": self._audit.act.actor, "request_id": request_id, "method": method,
            "digest": digest, "answer": answer, "at": now,
        }  # fmt: skip
        self._connection.execute(insert(requests).values(row))
