"""The kinds of items and what can be done to each, as data: the commands are made from it."""

from typing import NamedTuple

MEMBERS = "List, add, remove, import and export the unit ids of a segment."
_BESIDE = {
    "segment": {
        "members": MEMBERS,
        "evaluate": "Run the query of a dynamic segment, and make its result the members at once.",
        "preview": "Count what the query of a dynamic segment gives now, and show some of it.",
        "populate": "Add the units that a query gives to a static segment.",
        "remove-by-query": "Take the units that a query gives out of a static segment.",
        "subtract": "Take the members of another segment out of a static one.",
        "history": "List evaluations, the newest first, and draw the size over time.",
    },
    "query": {"preview": "Count what a query gives now, and show some of it."},
}
"""What else can be done to a kind."""
_DELETE = "Remove it; refused while others refer to it or while it decides something."
_DELETE_UNPUBLISHED = "Remove it; refused while a segment uses it."


class VerbOption(NamedTuple):
    """An option that is a field of the request."""

    field: str
    """For example `winner_for`; the option is `--winner-for`."""
    help: str
    words: tuple[str, ...] = ()
    """One of these, when the field is an enum."""
    is_switch: bool = False


class Verb(NamedTuple):
    """A move of the lifecycle, or a switch beside it."""

    name: str
    """As the RPC has it: `StopEnrolment`; the command is `stop-enrolment`."""
    help: str
    options: tuple[VerbOption, ...] = ()

    @property
    def command(self) -> str:
        """What is typed."""
        first, rest = self.name[0].lower(), self.name[1:]
        return first + "".join(f"-{one.lower()}" if one.isupper() else one for one in rest)


class Kind(NamedTuple):
    """One kind of items."""

    name: str
    section: str
    help: str
    verbs: tuple[Verb, ...]
    has_status: bool = True
    is_published: bool = True
    """What is written decides when it is published; a query never does."""

    @property
    def commands(self) -> dict[str, str]:
        """What can be typed behind its name, and what it does."""
        verbs = {verb.command: verb.help for verb in self.verbs}
        delete = _DELETE if self.is_published else _DELETE_UNPUBLISHED
        return {
            "get": f"Show one {self.name} of the store as its document, or list all of them."
        } | (verbs | _BESIDE.get(self.name, {}) | {"delete": delete})


_ARCHIVE = "Take it out of use and out of lists; refused while others refer to it."
_FORCE = VerbOption("force", "Do it though others refer to it.", is_switch=True)
_TO_DRAFT = VerbOption(
    "to_draft", "To a draft, if nothing refers to it, and not to paused.", is_switch=True
)
_WINNER = VerbOption("winner", "The variant to go on with; without it everybody gets the default.")
_WINNER_FOR = VerbOption("winner_for", "Who gets the winner.", words=("audience", "everyone"))
_BLOCK_OLDER = VerbOption(
    "block_older", "Keep units out that were assigned in an older epoch.", is_switch=True
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("segment", "segments", "Check which segments a unit is in; read and change them.", (
            Verb("Activate", "Let it decide, with its definition as it is now."),
            Verb("Pause", "Keep what it decides as it is."),
            Verb("Archive", _ARCHIVE, (_FORCE,)),
            Verb("Restore", "Take it back from the archive.", (_TO_DRAFT,)),
        )),
        Kind("flag", "flags", "Read flags of the control plane and change their status.", (
            Verb("Enable", "Let it decide."),
            Verb("Disable", "Make callers take their own default."),
            Verb("Archive", _ARCHIVE),
            Verb("Restore", "Take it back from the archive, disabled."),
        )),
        Kind("experiment", "experiments", "Read experiments of the control plane and run them.", (
            Verb("Start", "Begin enrolment."),
            Verb("StopEnrolment", "Let no further unit in."),
            Verb("ResumeEnrolment", "Let units in again."),
            Verb("Pause", "Give everybody the default; assignments are kept."),
            Verb("Resume", "Go on where it was paused."),
            Verb("Conclude", "End it, with a winner or without; again to change the winner.",
                 (_WINNER, _WINNER_FOR)),
            Verb("Archive", _ARCHIVE),
            Verb("Restore", "Take it back from the archive."),
            Verb("Kill", "Give everybody the default at once, whatever its status."),
            Verb("Revive", "Take a kill back."),
            Verb("BumpEpoch", "Begin a new epoch: units are assigned anew.", (_BLOCK_OLDER,)),
        )),
        Kind("layer", "layers", "Read layers of the control plane.", (), has_status=False),
        Kind("holdout", "holdouts", "Read holdouts of the control plane, start and end them.", (
            Verb("Start", "Begin to keep units out."),
            Verb("End", "Let everybody in again."),
        )),
        Kind("query", "queries", "Read queries of the control plane, which find members.", (),
             has_status=False, is_published=False),
    )
}  # fmt: skip
"""By name."""
