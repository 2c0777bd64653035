"""Builds what follows an origin from the values of a launch.

Standard library only, but for an origin in object storage: the serving process imports this, when
it has an origin.
"""

import logging
from pathlib import Path
from urllib.parse import unquote, urlsplit

from turnout.engine import member_segments
from turnout.serving.connection import Connections, Credentials
from turnout.serving.fetched import Origin
from turnout.serving.file_origin import FileOrigin
from turnout.serving.gathering import Gathering
from turnout.serving.http_origin import HttpOrigin
from turnout.serving.kept import KeptSnapshot
from turnout.serving.launch import OriginLaunch
from turnout.serving.loader import SnapshotHolder
from turnout.serving.loopback import is_here
from turnout.serving.member_folder import MemberFolder
from turnout.serving.object_place import OBJECT_SCHEMES, ObjectPlace
from turnout.serving.refresh import News, Refresh
from turnout.serving.state_folder import MEMBERS_FOLDER
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
        state_dir: Where the last good one is kept, and the member sets; there, and held by the
            caller.
        token: The bearer token; empty: none, or the one in the file that `launch` names.
    """
    origin, news = _origin_of(launch, token)
    poll_s = launch["poll_s"]
    gathering = Gathering(
        MemberFolder(state_dir / MEMBERS_FOLDER),
        origin,
        segments=member_segments,
        most_bytes=launch["most_set_bytes"],
    )
    return Refresh(
        origin,
        holder,
        KeptSnapshot(state_dir, origin.place),
        gathering,
        poll_s=min(poll_s, _FILE_POLL_S) if isinstance(origin, FileOrigin) else poll_s,
        news=news,
    )


def _origin_of(launch: OriginLaunch, token: str) -> tuple[Origin, News | None]:
    """Where snapshots come from, and what tells of changes there."""
    url, most_bytes = urlsplit(launch["url"]), launch["most_bytes"]
    if url.scheme == "file":
        return FileOrigin(Path(unquote(url.path)), most_bytes=most_bytes), None
    if url.scheme in OBJECT_SCHEMES:
        return ObjectPlace(launch["url"], most_bytes=most_bytes), None
    credentials = Credentials(
        token, launch["token_file"], launch["ca"], launch["cert"], launch["key"]
    )
    connections = Connections(launch["url"], credentials)
    with_token = bool(token or launch["token_file"])
    if url.scheme == "http" and with_token and not is_here(url.hostname or ""):
        _log.warning("the token goes to `%s` in the clear: use https", connections.place)
    watched = launch["watch"] and url.path.endswith(WATCHABLE)
    origin = HttpOrigin(connections, most_bytes=most_bytes)
    return origin, Watch(connections) if watched else None
