"""Where sidecars fetch snapshots: beside the RPCs, with the same tokens and certificates."""

import asyncio
import hashlib
import logging
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from turnout.control.failures import Unauthenticated
from turnout.control.http_port import open_port
from turnout.control.identity import COMMON_NAME, SUBJECT_ALTERNATIVE_NAME, Identities
from turnout.control.settings import ControlSettings, Tls
from turnout.control.tally import Tally
from turnout.control.tls_files import TlsFiles
from turnout.releases.current_snapshot import Feed
from turnout.releases.distribution import Caller, Verdict, distribution
from turnout.store import Store, Unavailable

_END_S = 2.0

_log = logging.getLogger("turnout.control")


class SnapshotDoor:
    """Listens while it is entered.

    Args:
        feed: What is current.
        listen: `HOST:PORT`; empty: nowhere.
        settings: Whom to believe and by which certificates, as for the RPCs.
        tally: Is counted up.
        members: The folder of the member sets that snapshots name; None: there are none.
    """

    def __init__(
        self,
        feed: Feed,
        listen: str,
        settings: ControlSettings,
        tally: Tally | None = None,
        *,
        members: Path | None = None,
    ) -> None:
        self._listen = listen
        self._tls = settings.tls
        self._settings = settings
        self._tally = tally or Tally()
        self._identities: Identities | None = None
        self._were_good: set[str] = set()
        judge = self._judge if settings.authentication else None
        self._runner = web.AppRunner(
            distribution(
                feed,
                judge,
                members=members,
                traffic=self._tally.traffic,
                told=self._tally.deposit,
            ),
            access_log=None,
            shutdown_timeout=_END_S,
        )
        self.address = ""
        """Where it listens."""

    def open(self, store: Store) -> None:
        """Says where tokens are; until then nobody can show a good one."""
        self._identities = Identities(store, self._settings)

    async def __aenter__(self) -> Self:
        """Starts to listen.

        Raises:
            CannotListen: The address, a certificate or a key cannot be had.
        """
        if not self._listen:
            return self
        context = _Contexts(self._tls).listening if self._tls else None
        self.address = await open_port(self._runner, self._listen, context)
        _log.info("snapshots are handed out on %s", self.address)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Ends the streams, and listens no more."""
        await self._runner.cleanup()

    async def _judge(self, caller: Caller) -> Verdict:
        """Whoever is known may read: every role may."""
        header = [f"Bearer {caller.token}"] if caller.token else []
        shown = hashlib.sha256(repr((header, caller.certificate)).encode()).hexdigest()
        if self._identities is None:
            raise _unavailable()
        try:
            names = _names(caller.certificate or {})
            await asyncio.to_thread(self._identities.caller, header, names)
        except Unauthenticated:
            self._tally.unauthenticated += 1
            self._were_good.discard(shown)
            return Verdict.UNKNOWN
        except Unavailable:
            # Who was known when the store was last there is believed until it is back.
            if shown in self._were_good:
                return Verdict.ALLOWED
            raise _unavailable() from None
        self._were_good.add(shown)
        return Verdict.ALLOWED


def _unavailable() -> web.HTTPException:
    return web.HTTPServiceUnavailable(text="the store is unavailable: try again")


def _names(certificate: Mapping[str, Any]) -> dict[str, list[bytes]]:
    """The names in a certificate, as gRPC has them."""
    others = [value.encode() for _, value in certificate.get("subjectAltName", ())]
    subject = [pair for several in certificate.get("subject", ()) for pair in several]
    common = [value.encode() for name, value in subject if name == "commonName"]
    return {SUBJECT_ALTERNATIVE_NAME: others, COMMON_NAME: common}


class _Contexts:
    """TLS by the files as they are at each handshake.

    A context cannot forget an authority that it has loaded: a new one takes its place.
    """

    def __init__(self, tls: Tls) -> None:
        self._files = TlsFiles(tls, _loaded)
        self.listening = self._current = self._files.read()
        self.listening.sni_callback = self._choose

    def _choose(self, handshake: ssl.SSLObject, _name: str | None, _context: object) -> None:
        self._current = self._files.changed() or self._current
        handshake.context = self._current


def _loaded(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    # Who comes again is looked at again: its authority may have been taken away since.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    if tls.client_authority is not None:
        context.load_verify_locations(tls.client_authority)
        context.verify_mode = ssl.CERT_REQUIRED  # as that of the RPCs
    return context
