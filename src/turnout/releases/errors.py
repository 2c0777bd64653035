"""Why a release is refused. Each error has a message for people and its parts."""

from collections.abc import Sequence

from turnout.releases.problem import Problem


class Refused(Exception):  # noqa: N818 - named for its situation
    """What all of them are."""


class HasProblems(Refused):
    """The store has items that cannot be published as they are.

    Args:
        problems: All of them.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        found = "a problem keeps" if count == 1 else f"{count} problems keep"
        listed = "\n".join(str(one) for one in self.problems)
        super().__init__(f"{found} the store from being published:\n{listed}")


class PlanOutdated(Refused):
    """Something changed since the plan that was to be published."""

    def __init__(self) -> None:
        super().__init__("something changed since this plan: make a new one and look at it")


class MembersGone(Refused):
    """A snapshot names members that are kept no longer.

    Args:
        key: Of the segment.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"the members that segment `{key}` had then are kept no longer: evaluate it again"
        )


class NeedsSecondPerson(Refused):
    """The publisher wrote some of what is to be published.

    Args:
        actor: Who wanted to publish.
        names: The items that they changed.
        revision: The one that they wanted to go back to, which nobody else ever released; 0: they
            wanted to publish.
    """

    def __init__(self, actor: str, names: Sequence[str], revision: int = 0) -> None:
        self.actor = actor
        self.names = tuple(names)
        listed = ", ".join(f"`{name}`" for name in self.names[:10])
        more = f" and {len(self.names) - 10} more" if len(self.names) > 10 else ""
        changed = f"`{actor}` changed {listed}{more}"
        if revision:
            super().__init__(
                f"{changed} in revision {revision}, which nobody else ever released: somebody else"
                " has to go back to it"
            )
            return
        super().__init__(f"{changed}: somebody else has to publish it")
