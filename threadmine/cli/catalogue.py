"""Every command by name: where its code is, in which group of the help it stands, and its one line there.

The list is here, not in the modules, so that ``threadmine --help`` imports none of them. A command whose
module is not there is not shown. A test holds each line against the command's own help.
"""

from __future__ import annotations

from dataclasses import dataclass

READ = "Bring mail in"
ASK = "Ask"
CHECK = "Check statements against the kernel"
FOLLOW = "Follow a series"
HAND_ON = "Hand on"
SELF = "threadmine itself"

SECTIONS = (READ, ASK, CHECK, FOLLOW, HAND_ON, SELF)


@dataclass(frozen=True, slots=True)
class Entry:
    """One command.

    Args:
        name: word on the command line; ``series link`` is the word ``link`` after ``series``.
        section: group in the help.
        module: module below ``threadmine.cli``; the command is its attribute with the name of the command,
            blanks and dashes as underscores, followed by ``_command``.
        help: one line.
    """

    name: str
    section: str
    module: str
    help: str

    @property
    def attribute(self) -> str:
        return self.name.replace("-", "_").replace(" ", "_") + "_command"


CATALOGUE = (
    Entry("ingest", READ, "ingest", "Read mail from files, folders, archives or standard input."),
    Entry("mine", READ, "ingest", "Mine what was read with ingest --no-mine."),
    Entry("pull", READ, "pull", "Fetch a thread and its other versions from lore."),
    Entry("update", READ, "pull", "Refresh what was pulled before."),
    Entry("board", ASK, "ask", "Show the open issues of each struct member."),
    Entry("issues", ASK, "ask", "List what people want answered or changed."),
    Entry("claims", ASK, "ask", "List statements that can be checked, with verdicts."),
    Entry("findings", CHECK, "findings", "List what the program itself saw in patches."),
    Entry("fields", ASK, "fields", "Show which members each patch of a series touches."),
    Entry("touches", ASK, "fields", "Show which series touch a member."),
    Entry("conflicts", ASK, "conflicts", "Find series in flight that write the same bytes."),
    Entry("matrix", ASK, "conflicts", "Set series against the members they touch."),
    Entry("search", ASK, "search", "Find messages, issues and claims by words and terms."),
    Entry("show", ASK, "show", "Show a claim, a concern, a series or a message."),
    Entry("tui", ASK, "tui", "Open the screen."),
    Entry(
        "verify", CHECK, "verify", "Judge what a sentence says of struct members, flags and kernel functions."
    ),
    Entry("explain", CHECK, "verify", "Show how a claim was read and judged."),
    Entry("model", CHECK, "model", "Ask the model of struct layouts and effects."),
    Entry("series", FOLLOW, "series", "List series, or tell the story of one."),
    Entry("series link", FOLLOW, "track", "Say that one series is a version of another."),
    Entry("series unlink", FOLLOW, "track", "Say that two series are no versions of each other."),
    Entry("dropped", FOLLOW, "track", "List concerns of earlier versions that nothing settled."),
    Entry("triage", FOLLOW, "track", "Close, reopen, assign, snooze, note or merge issues."),
    Entry("check", FOLLOW, "track", "Check a patch or series for b4 review."),
    Entry("review-notes", FOLLOW, "track", "Write the notes that b4 review shows inline."),
    Entry("digest", HAND_ON, "digest", "Sum up a week for maintainers."),
    Entry("report", HAND_ON, "report", "Write a static web site of the board."),
    Entry("export", HAND_ON, "export", "Write what was mined, and the messages, for programs."),
    Entry("completion", SELF, "completion", "Print the completion script of a shell."),
    Entry("man", SELF, "completion", "Print the manual page."),
)
