"""Items for tests, made by RPC."""

from turnout.control.v1 import experiment_pb2 as experiments
from turnout.control.v1 import flag_pb2 as flags
from turnout.control.v1 import holdout_pb2 as holdouts
from turnout.control.v1 import layer_pb2 as layers
from turnout.control.v1 import segment_pb2 as segments

ON_OFF = [
    {"name": "on", "value": {"boolean": True}},
    {"name": "off", "value": {"boolean": False}},
]
HALVES = [
    {"name": "control", "value": {"boolean": False}, "weight": "50%"},
    {"name": "green", "value": {"boolean": True}, "weight": "50%"},
]


def make_flag(plane, key="f", **fields):
    given = flags.Flag(**{"variants": ON_OFF, "default_variant": "off"} | fields)
    return plane.flags.CreateFlag(flags.CreateFlagRequest(flag=given, flag_id=key))


def make_segment(plane, key="s", **fields):
    rule = (
        {} if "kind" in fields or "copy_of" in fields else {"match": {"attribute": "p", "is": "x"}}
    )
    given = segments.Segment(**rule | fields)
    return plane.segments.CreateSegment(
        segments.CreateSegmentRequest(segment=given, segment_id=key)
    )


def make_experiment(plane, key="e", **fields):
    given = experiments.Experiment(**{"variants": HALVES} | fields)
    return plane.experiments.CreateExperiment(
        experiments.CreateExperimentRequest(experiment=given, experiment_id=key)
    )


def make_layer(plane, key="l", **fields):
    given = layers.Layer(**fields)
    return plane.layers.CreateLayer(layers.CreateLayerRequest(layer=given, layer_id=key))


def make_holdout(plane, key="h", **fields):
    given = holdouts.Holdout(**{"share": "5%"} | fields)
    return plane.holdouts.CreateHoldout(
        holdouts.CreateHoldoutRequest(holdout=given, holdout_id=key)
    )


def move(service, verb, name, **fields):
    """Calls a lifecycle verb by its RPC, for example `EnableFlag`."""
    modules = (segments, flags, experiments, layers, holdouts)
    request = next(
        getattr(module, f"{verb}Request") for module in modules if hasattr(module, f"{verb}Request")
    )
    return getattr(service, verb)(request(name=name, **fields))
