"""A port for HTTP, opened or refused in words."""

import os
import ssl

from aiohttp import web

from turnout.control.tls_files import CannotListen
from turnout.releases.distribution import BACKLOG


async def open_port(
    runner: web.AppRunner, listen: str, context: ssl.SSLContext | None = None
) -> str:
    """Makes an application listen, and gives the address; a runner that cannot is cleaned up.

    Args:
        runner: Of the application; not set up yet.
        listen: `HOST:PORT`; port 0 takes a free one.
        context: Of TLS, if it speaks that.

    Raises:
        CannotListen: The address cannot be had.
    """
    host, _, port = listen.rpartition(":")
    await runner.setup()
    site = web.TCPSite(runner, host.strip("[]"), int(port), ssl_context=context, backlog=BACKLOG)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        # What asyncio says of it names the address again.
        reason = (os.strerror(error.errno) if error.errno else str(error)).lower()
        raise CannotListen(f"cannot listen on `{listen}`: {reason}") from error
    return f"{host}:{runner.addresses[0][1]}"
