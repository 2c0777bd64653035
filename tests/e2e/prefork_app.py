"""A WSGI application that decides: loaded once by gunicorn's master, answered by its workers.

Each answer is `PID VARIANT` of the flag, for the user in the query string. The decider is made,
and used, before the workers are forked.
"""

import json
import os

from turnout import Client, Context, Engine


def decider():
    if address := os.environ.get("TURNOUT_TEST_ADDRESS"):
        return Client(address)
    return Engine.from_documents(json.loads(os.environ["TURNOUT_TEST_DOCUMENTS"]))


deciding = decider()
deciding.decide("f", Context("before the fork"))


def application(environ, start_response):
    decision = deciding.decide("f", Context(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{os.getpid()} {decision.variant}".encode()]
