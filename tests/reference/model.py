"""The door of the model: questions in, answers out."""

from reference import flags, segments
from reference.question import Question

STATES = {True: "TRUE", False: "FALSE", None: "UNKNOWN"}


class Model:
    """Answers from a document as it is written, and from the member sets beside it."""

    def __init__(self, documents, members=None):
        self.documents = documents
        self.members = members or {}

    def decide(self, key, ctx):
        """A decision, by the names that turnout gives its parts."""
        asked = Question(self.documents, ctx, self.members, asking=(key,))
        out = flags.decide(key, asked)
        for other in asked.on_the_way:
            out.adopt(other)
        return {
            "variant": out.variant,
            "value": out.value,
            "reason": out.reason,
            "rule": out.rule,
            "experiment": out.experiment,
            "experiment_variant": out.experiment_variant,
            "enrolled": out.enrolled,
            "error_code": "UNKNOWN_ATTRIBUTE" if out.reason == "ERROR" else None,
            "degraded": out.degraded,
            "unknown_attributes": sorted(out.names),
            "notes": _notes(out.notes, asked),
            "assignments_to_persist": out.assignments,
        }

    def check(self, key, ctx):
        """A segment check, by the names that turnout gives its parts."""
        asked = Question(self.documents, ctx, self.members)
        answer = segments.answer(key, asked)
        return {
            "state": STATES[answer.truth],
            "unknown_attributes": sorted(answer.names),
            "notes": _notes(answer.notes, asked),
            "member_age": segments.member_age(key, asked),
        }


def _notes(notes, asked):
    return sorted(notes | ({"TZ_FALLBACK"} if asked.zone_fell_back else set()))
