"""Serve the shop example, show a first decision, and go on until Ctrl-C.

`make demo` runs it. It uses the addresses that `turnout serve` uses by default, so that
whatever is asked in another terminal needs no configuration.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from turnout import Client, Context, Unavailable

SHOP = Path(__file__).parent / "shop"
ADDRESS = "127.0.0.1:8013"
READY_WITHIN_S = 10.0


def main() -> int:
    """Run the demo; the exit code is the server's."""
    # Into a file or a pipe too, the first answers come when they are there.
    sys.stdout.reconfigure(line_buffering=True)
    turnout = shutil.which("turnout", path=str(Path(sys.executable).parent)) or "turnout"
    server = subprocess.Popen([turnout, "serve", str(SHOP)])
    try:
        if not wait_until_ready(server):
            return server.wait() or 1
        show_first_answers()
        print("\nserving until you press Ctrl-C; edit a file in examples/shop and ask again")
        return server.wait()
    except KeyboardInterrupt:
        return server.wait()


def wait_until_ready(server: subprocess.Popen[bytes]) -> bool:
    """Tell whether the server answered in time; False when it stopped or did not."""
    deadline = time.monotonic() + READY_WITHIN_S
    client = Client(ADDRESS)
    while time.monotonic() < deadline and server.poll() is None:
        try:
            client.snapshot_status()
        except Unavailable:
            time.sleep(0.05)
        else:
            return True
    if server.poll() is None:
        server.terminate()
    return False


def show_first_answers() -> None:
    """Ask the running server which variant, and whether in a segment."""
    client = Client(ADDRESS)
    context = Context("u-42", {"plan": "pro", "country": "DE", "orders": 7})
    decision = client.decide("new-checkout", context)
    print(f"\nnew-checkout for u-42: {decision.variant} ({decision.reason}, {decision.rule!r})")
    check = client.check_segment("loyal-customers", context)
    print(f"u-42 in loyal-customers: {check.state} ({check.reason})")
    print(
        f"answered by snapshot {decision.snapshot.id[:12]}, revision {decision.snapshot.revision}"
    )


if __name__ == "__main__":
    sys.exit(main())
