"""What mining gives: members touched, claims with their verdicts, concerns, remarks of the program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from threadmine.model.basics import Moment, stable_id
from threadmine.model.mail import Message, Person


class Access(StrEnum):
    """How a line touches a member."""

    READ = "read"
    WRITE = "write"
    DECLARE = "declare"
    REMOVE = "remove"  # a declaration taken away
    COMMENT = "comment"


class Side(StrEnum):
    """Which side of a diff a line is on."""

    ADDED = "+"
    REMOVED = "-"
    CONTEXT = " "


@dataclass(frozen=True, slots=True)
class Touch:
    """One line of a patch that touches one member.

    ``struct`` may be ``""`` where the type could not be told (``inferred`` says how it was or was not).
    ``line`` counts in the new file for ``+`` and context, in the old file for ``-``. ``via`` names the helper
    that touches the member, empty where the line names the member itself.
    """

    struct: str
    member: str
    access: Access
    side: Side
    file: str
    function: str
    line: int
    start: int
    via: str = ""
    inferred: str = ""

    @property
    def name(self) -> str:
        return f"{self.struct}.{self.member}" if self.struct else self.member


# --------------------------------------------------------------------------------- claims and verdicts


class Predicate(StrEnum):
    """What a claim says of its subject; the words of gold/GUIDE.md."""

    OVERLAPS = "overlaps"
    OFFSET = "offset"
    SIZE = "size"
    MEMBER_OF = "member_of"
    RESIDES = "resides"
    SETS = "sets"
    CLEARS = "clears"
    READS = "reads"
    CALLS = "calls"
    REQUIRES = "requires"
    STATE = "state"
    USES = "uses"
    POINTS_TO = "points_to"
    EQUALS = "equals"
    IS_A = "is_a"
    VALID_FOR = "valid_for"
    PRECEDES = "precedes"
    OTHER = "other"


class Polarity(StrEnum):
    POSITIVE = "positive"
    NEGATIVE = "negative"


class Modality(StrEnum):
    ASSERTED = "asserted"
    HEDGED = "hedged"
    QUESTION = "question"
    CONDITIONAL = "conditional"


class Tense(StrEnum):
    """PROPOSED: true once the series under discussion is applied. PLANNED: a wish for later."""

    PRESENT = "present"
    PAST = "past"
    PLANNED = "planned"
    PROPOSED = "proposed"


WEIGHED = "weighed"
"""How a note of ``Claim.inferred`` begins that says that no reading found the claim, but fitted weights."""

WEIGHED_LIGHTLY = "weighed lightly"
"""The same, where they are not sure."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that the model could check, as somebody wrote it.

    ``quote`` is the sentence or list item, verbatim, white space folded; ``start``/``end`` its place.
    ``entities`` are ``struct.member``, ``function`` or ``PG_flag``. ``cue`` is the text that made it a claim;
    ``inferred`` lists what was not stated but concluded (the struct of a bare member).
    """

    id: str
    message_id: str
    author: Person
    date: Moment
    quote: str
    start: int
    end: int
    predicate: Predicate
    subject: str
    object: str = ""
    value: str = ""
    condition: str = ""
    polarity: Polarity = Polarity.POSITIVE
    modality: Modality = Modality.ASSERTED
    tense: Tense = Tense.PRESENT
    entities: tuple[str, ...] = ()
    cue: str = ""
    inferred: tuple[str, ...] = ()
    quoted: bool = False

    @property
    def is_weighed(self) -> bool:
        """Whether no reading found it, but fitted weights."""
        return any(note.startswith(WEIGHED) for note in self.inferred)

    @property
    def is_weighed_lightly(self) -> bool:
        """The same, with weights that are not sure."""
        return any(note.startswith(WEIGHED_LIGHTLY) for note in self.inferred)

    @staticmethod
    def make_id(
        message_id: str, start: int, end: int, predicate: str, subject: str, object_: str, value: str
    ) -> str:
        """The claim's stable id (contract: derived from message, span and triple)."""
        return stable_id("c", message_id, start, end, predicate, subject, object_, value)


class VerdictKind(StrEnum):
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    CONDITIONAL = "conditional"
    PLANNED = "planned"
    UNDECIDED = "undecided"


class KernelFrom(StrEnum):
    """How the kernel context of a verdict was found."""

    STATED = "stated"
    BASE_COMMIT = "base-commit"
    DATE = "date"
    OPTION = "option"


@dataclass(frozen=True, slots=True)
class KernelContext:
    """The kernel a claim is judged against: ``version`` (``6.19``), ``arch`` and how it was found."""

    version: str
    found: KernelFrom
    arch: str = "x86-64"
    config: str = "distribution"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact behind a verdict: the rule that used it, the fact in words, and where the fact is from."""

    rule: str
    fact: str
    source: str


@dataclass(frozen=True, slots=True)
class Holding:
    """Where a claim holds and where it does not."""

    kernel: str  # "6.15..7.3"
    holds: bool
    arch: str = ""
    config: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model says of a claim. Without evidence the kind is UNDECIDED or PLANNED."""

    kind: VerdictKind
    reason: str
    kernel: KernelContext
    holds: tuple[Holding, ...] = ()
    evidence: tuple[Evidence, ...] = ()


# -------------------------------------------------------------------------------------------- concerns


class ConcernKind(StrEnum):
    QUESTION = "question"
    REQUEST = "request"
    OBJECTION = "objection"
    NIT = "nit"
    PROCESS = "process"


class ConcernState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    ADDRESSED = "addressed"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act on it (as score.py counts "still open")."""
        return self in (ConcernState.OPEN, ConcernState.ACKNOWLEDGED, ConcernState.DISPUTED)


class Effect(StrEnum):
    """What a reply does to a concern."""

    ANSWER = "answer"
    AGREE = "agree"
    DISAGREE = "disagree"
    FIX = "fix"
    WITHDRAW = "withdraw"
    PROMISE = "promise"
    REDIRECT = "redirect"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class StateEvidence:
    """The words of a later message that moved a concern."""

    message_id: str
    quote: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Concern:
    """What somebody wants answered or changed.

    ``about_*`` tell the place it is about: the nearest quoted hunk above (``about_text`` is the quoted text
    that it answers, folded and bounded). ``source`` is ``human`` or the robot's name.
    """

    id: str
    message_id: str
    author: Person
    date: Moment
    quote: str
    start: int
    end: int
    kind: ConcernKind
    targets: tuple[str, ...] = ()
    about_text: str = ""
    about_file: str = ""
    about_line: int = 0
    about_function: str = ""
    about_depth: int = 0
    cue: str = ""
    source: str = "human"
    quoted: bool = False

    @staticmethod
    def make_id(message_id: str, start: int, end: int) -> str:
        return stable_id("q", message_id, start, end)


@dataclass(frozen=True, slots=True)
class ConcernStatus:
    """Where a concern stands, with the words that say so; computed from the thread, never from one mail."""

    concern_id: str
    state: ConcernState
    evidence: tuple[StateEvidence, ...] = ()
    addressed_in: str = ""
    addressed_evidence: str = ""


# --------------------------------------------------------------------------------- the program's own remarks


@dataclass(frozen=True, slots=True)
class PatchFinding:
    """Something in a patch that looks wrong and that the program saw by itself, apart from people's concerns.

    ``rule`` names what was looked for; ``text`` says in one sentence what is wrong, ``quote`` is the line.
    ``line`` counts in the new file; ``start``/``end`` are the line's place in the body.
    """

    id: str
    message_id: str
    rule: str
    text: str
    quote: str
    file: str
    function: str
    line: int
    start: int
    end: int
    evidence: tuple[Evidence, ...] = ()

    @staticmethod
    def make_id(message_id: str, rule: str, start: int) -> str:
        return stable_id("f", message_id, rule, start)


# ------------------------------------------------------------------------------ what mining one mail gives


@dataclass(frozen=True, slots=True)
class Mined:
    """Everything found in one message. Pure: depends on the message and the model alone."""

    message: Message
    claims: tuple[Claim, ...] = ()
    verdicts: tuple[Verdict, ...] = ()  # one per claim, same order
    concerns: tuple[Concern, ...] = ()
    touches: tuple[Touch, ...] = ()
    findings: tuple[PatchFinding, ...] = ()
