"""Builds what follows an origin from the values of a launch.

Standard library only, but for an origin in object storage: the serving process imports this, when
it has an origin.
"""

import logging
from pathlib import Path
from urllib.parse import unquote, urlsplit

from turnout.serving.connection import Connections, Credentials
from turnout.serving.file_origin import FileOrigin
from turnout.serving.http_origin import HttpOrigin
from turnout.serving.kept import KeptSnapshot
from turnout.serving.launch import OriginLaunch
from turnout.serving.loader import SnapshotHolder
from turnout.serving.loopback import is_here
from turnout.serving.object_place import OBJECT_SCHEMES, ObjectPlace
from turnout.serving.refresh import Refresh
from turnout.serving.watch import WATCHABLE, Watch

# A look at a file of this machine costs nothing.
_FILE_POLL_S = 0.25

_log = logging.getLogger("turnout.server")


def refresh_of(
    launch: OriginLaunch, holder: SnapshotHolder, state_dir: Path, *, token: str
) -> Refresh:
    """What keeps `holder` at the current snapshot of the origin; not started.

    Args:
        launch: Where snapshots come from.
        holder: Where they are served.
        state_dir: Where the last good one is kept; there, and held by the caller.
        token: The bearer token; empty: none, or the one in the file that `launch` names.
    """
    url = urlsplit(launch["url"])
    if url.scheme == "file":
        file = FileOrigin(Path(unquote(url.path)), most_bytes=launch["most_bytes"])
        poll_s = min(launch["poll_s"], _FILE_POLL_S)
        return Refresh(file, holder, KeptSnapshot(state_dir, file.place), poll_s=poll_s)
    if url.scheme in OBJECT_SCHEMES:
        place = ObjectPlace(launch["url"], most_bytes=launch["most_bytes"])
        kept = KeptSnapshot(state_dir, place.place)
        return Refresh(place, holder, kept, poll_s=launch["poll_s"])
    credentials = Credentials(
        token, launch["token_file"], launch["ca"], launch["cert"], launch["key"]
    )
    connections = Connections(launch["url"], credentials)
    with_token = bool(token or launch["token_file"])
    if url.scheme == "http" and with_token and not is_here(url.hostname or ""):
        _log.warning("the token goes to `%s` in the clear: use https", connections.place)
    watched = launch["watch"] and url.path.endswith(WATCHABLE)
    return Refresh(
        HttpOrigin(connections, most_bytes=launch["most_bytes"]),
        holder,
        KeptSnapshot(state_dir, connections.place),
        poll_s=launch["poll_s"],
        news=Watch(connections) if watched else None,
    )
