"""From a layer as written to its message."""

from turnout.compiler.scope import AllocationUse, CompiledItem, Scope
from turnout.compiler.shares import read_range
from turnout.documents.models import LayerDocument
from turnout.snapshot.v1 import snapshot_pb2 as pb


def compile_layer(scope: Scope, key: str, document: LayerDocument) -> CompiledItem:
    """Compiles one layer; what is wrong goes to the scope.

    Whose slots overlap is looked at when all items are known: an experiment that is over has none.
    """
    scope.salt = document.salt or key
    message = pb.Layer(key=key, tags=sorted(set(document.tags)), salt=f"layer.{scope.salt}")
    scope.salts[message.salt] = ()
    scope.units.append((message, document.unit))
    for experiment, ranges in document.allocations.items():
        path = ("allocations", experiment)
        scope.named.append((experiment, path))
        if not ranges:
            scope.refuse(path, f"`{experiment}` has no slots here: write a range, or remove it")
        for at, written in enumerate(ranges):
            try:
                start, end = read_range(written)
            except ValueError as error:
                scope.refuse((*path, at), str(error))
                continue
            scope.allocations.append(AllocationUse(experiment, (*path, at), start, end))
    return CompiledItem(message, scope)
