"""The versions of an item that may be served: as written now, the last good one, or none."""

from turnout.compiler.history import Identity, Kept, written_alike
from turnout.compiler.holding import active_version, held_back
from turnout.compiler.items import Outcome, compile_item, is_key
from turnout.compiler.scope import CompiledItem, Surroundings
from turnout.documents import Fault, SourceFile, WrittenItem


class Candidate:
    """One item, and the best version of it that is still thought to be good.

    Args:
        identity: Kind and key.
        file: Where it is written now; None when only the history knows it.
        written: What is written now.
        kept: The last good version.
        surroundings: What every version is compiled against.
    """

    def __init__(
        self,
        identity: Identity,
        file: SourceFile | None,
        written: WrittenItem | None,
        kept: Kept | None,
        surroundings: Surroundings,
    ) -> None:
        self.kind, self.key = identity
        self.file = file
        self.faults: list[Fault] = []
        """Of the version as written; paths from the item."""
        self.kept_fault: str | None = None
        """Why the last good version cannot go on."""
        self.compiled: CompiledItem | None = None
        """What is served; None is quarantined."""
        self.is_written = written is not None
        """The version as written is the one that is served."""
        self.unsound: CompiledItem | None = None
        """The version as written, when it has faults of its own."""
        self.warnings: list[Fault] = []
        """Of the version as written, apart from those of its conditions."""
        self.dropped = not is_key(self.key)
        """It cannot be in a snapshot at all: its key is none, or another item has it."""
        self._written = written
        self._kept = kept
        self._surroundings = surroundings
        if written is None:
            self._fall_back()
            return
        outcome = compile_item(written, surroundings)
        self.compiled, self.unsound = outcome.item, outcome.unsound
        if outcome.item is None:
            self.refuse(outcome.faults)
        elif (held := held_back(self.kind, written.raw, kept)) is not None:
            self.compiled = self._compile_again(held).item or outcome.item
            text = "the edits of a paused segment wait until it is active again"
            self.warnings.append(Fault((), text, at_key=True))

    @property
    def identity(self) -> Identity:
        """Kind and key."""
        return self.kind, self.key

    @property
    def serves_last_good(self) -> bool:
        """The version served is not the one written now."""
        return self.compiled is not None and not self.is_written

    @property
    def may_fall_back(self) -> bool:
        """What is served is a change of what was good before."""
        return self.is_written and self._kept is not None and not self.is_established

    @property
    def is_established(self) -> bool:
        """What is served was good before."""
        return self._kept is not None and written_alike(self.raw, self._kept.raw)

    @property
    def raw(self) -> object:
        """What is served, as written; None when quarantined."""
        if self.compiled is None:
            return self._written.raw if self._written else None
        if self.is_written and self._written:
            return self._written.raw
        return self._kept.raw if self._kept else None

    @property
    def home(self) -> str:
        """The file that holds the item, now or when it was good."""
        return self.file.name if self.file else self._kept.file if self._kept else ""

    @property
    def good(self) -> Kept | None:
        """What goes on in the next compilation, should it be needed; None when quarantined."""
        if self.compiled is None:
            return None
        types = self._kept.types if self._kept else {}
        if self.is_written:
            schema = self._surroundings.attributes
            types = {name: schema.get(name, "") for _, name in self.compiled.attributes}
        return Kept(self.home, self.raw, types, active_version(self.kind, self.raw, self._kept))

    @property
    def last_good(self) -> object:
        """The last good version, as written; None when there is none."""
        return self._kept.raw if self._kept else None

    def compile_last_good(self) -> CompiledItem | None:
        """What the last good version says in what is written around it now."""
        return self._compile_again(self._kept.raw).item if self._kept else None

    def refuse(self, faults: list[Fault]) -> None:
        """Gives up the version that is served for the next best one."""
        if self.is_written:
            self.faults += faults
            self.is_written = False
            self._fall_back()
        else:
            self.kept_fault = faults[0].message
            self.compiled = None

    def _fall_back(self) -> None:
        self.compiled = None
        if self._kept is None:
            return
        held = held_back(self.kind, self._kept.raw, self._kept)
        outcome = self._compile_again(self._kept.raw if held is None else held)
        self.compiled = outcome.item
        if outcome.item is None:
            self.kept_fault = outcome.faults[0].message

    def _compile_again(self, raw: object) -> Outcome:
        # The text of the last good version is gone: only what it says is compiled again. A schema
        # that changed under it is no fault of its own: it goes on with the types it was good with.
        types = self._kept.types if self._kept else {}
        around = self._surroundings._replace(attributes={**self._surroundings.attributes, **types})
        return compile_item(WrittenItem(self.kind, self.key, raw), around)
