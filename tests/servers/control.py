"""A control plane that answers what a test tells it to, on a real socket."""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import grpc
from google.protobuf import any_pb2, descriptor_pool, message_factory
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

# What is not imported is not in the pool of descriptors.
from turnout.control.v1 import (  # noqa: F401
    audit_pb2,
    document_pb2,
    experiment_pb2,
    flag_pb2,
    holdout_pb2,
    layer_pb2,
    release_pb2,
    schedule_pb2,
    segment_pb2,
    token_pb2,
)


class Refusal(Exception):  # noqa: N818 - named for its situation
    """A status other than OK, with details as the control plane sends them."""

    def __init__(self, code, message, *, reason="", metadata=None, violations=(), subjects=()):
        super().__init__(message)
        status = status_pb2.Status(code=code.value[0], message=message)
        details = [error_details_pb2.ErrorInfo(reason=reason, domain="turnout", metadata=metadata)]
        wrong = [
            error_details_pb2.BadRequest.FieldViolation(field=field, description=text)
            for field, text in violations
        ]
        standing = [
            error_details_pb2.PreconditionFailure.Violation(subject=name, description=text)
            for name, text in subjects
        ]
        details += [error_details_pb2.BadRequest(field_violations=wrong)] if wrong else []
        details += [error_details_pb2.PreconditionFailure(violations=standing)] if standing else []
        for detail in details if reason else ():
            packed = any_pb2.Any()
            packed.Pack(detail)
            status.details.append(packed)
        self.status = rpc_status.to_status(status)


class Asked(NamedTuple):
    """A call that came."""

    method: str
    request: object
    token: str


class FakeControl(grpc.GenericRpcHandler):
    """Answers each method with what stands in `answers`: a message, or a function of the request.

    Args:
        credentials: Of TLS; without them there is none.
    """

    def __init__(self, credentials=None):
        self.answers = {}
        self.asked: list[Asked] = []
        self._server = grpc.server(ThreadPoolExecutor(2), handlers=[self])
        bind = "127.0.0.1:0"
        if credentials is None:
            port = self._server.add_insecure_port(bind)
        else:
            port = self._server.add_secure_port(bind, credentials)
        self.address = f"127.0.0.1:{port}"
        self._server.start()

    def close(self):
        self._server.stop(0).wait()

    def requests(self, method):
        """The requests of a method, in their order."""
        return [one.request for one in self.asked if one.method == method]

    def service(self, handler_call_details):
        service, _, name = handler_call_details.method.removeprefix("/").partition("/")
        try:
            found = descriptor_pool.Default().FindServiceByName(service).methods_by_name[name]
        except KeyError:
            return None
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._answer(name, request, context),
            message_factory.GetMessageClass(found.input_type).FromString,
            message_factory.GetMessageClass(found.output_type).SerializeToString,
        )

    def _answer(self, name, request, context):
        metadata = dict(context.invocation_metadata())
        self.asked.append(Asked(name, request, metadata.get("authorization", "")))
        answer = self.answers.get(name)
        if answer is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
        try:
            return answer(request) if callable(answer) else answer
        except Refusal as refusal:
            context.abort_with_status(refusal.status)
