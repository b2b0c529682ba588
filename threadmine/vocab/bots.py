"""Robots that write to the kernel's lists: what their mail is known by.

Each row: the robot's name as the board shows it, a pattern for the address, a pattern for the display name
(either matching is enough; an empty one matches nothing). Patterns are searched, case ignored.
"""

from __future__ import annotations

BOTS: tuple[tuple[str, str, str], ...] = (
    (
        "kernel test robot",
        r"^(?:lkp|oliver\.sang|fengguang\.wu)@intel\.com$|^lkp@",
        r"^(?:kernel|kbuild) test robot$|^kbuild[- ]?bot|^0day",
    ),
    (
        "syzbot",
        r"^(?:syzbot|bot)\+[^@]*@syzkaller\.appspotmail\.com$|^syzbot@|@syzkaller\.appspotmail\.com$",
        r"^syzbot\b",
    ),
    ("patchwork", r"^patchwork(?:-bot)?(?:\+[^@]*)?@|^patchwork-bot@", r"^patchwork-bot|^patchwork$"),
    ("pr-tracker-bot", r"^pr-tracker-bot@", r"^pr-tracker-bot"),
    ("sashiko", r"^sashiko(?:-bot|-reviews?)?(?:\+[^@]*)?@", r"^sashiko\b"),
    ("bpf-ci", r"^bot\+bpf-ci@|^bpf-ci(?:-bot)?@", r"^bpf[- ]ci\b|^bot\+bpf-ci"),
    ("kernelci", r"^bot@kernelci\.org$|^kernelci[^@]*@", r"^kernelci(?:\.org)?(?: bot)?$|^kernelci\b"),
    ("tip-bot", r"^tip-bot2?@", r"^tip-bot2?\b|^irqchip-bot\b"),
    ("regzbot", r"^regzbot@|^regressions-bot@", r"^regzbot\b"),
    ("stable bot", r"^(?:autosel|stable-bot)@", r"^stable-?bot\b"),
    ("checkpatch bot", r"^checkpatch[^@]*@", r"\bcheckpatch\b"),
    ("mmotm", r"^mm-commits-owner@", r"^mm-commits?-bot"),
    ("intel-gfx CI", r"^patchwork@emeril\.freedesktop\.org$", r"^intel[- ]gfx[- ]ci\b"),
    ("netdev bot", r"^(?:netdev-bot|nipa)@", r"^(?:netdev|nipa)[- ]bot\b"),
    ("snowpatch", r"^snowpatch[^@]*@", r"^snowpatch\b"),
    ("lkft", r"^(?:lkft|lkft-bot)@", r"^linux kernel functional testing$|^lkft\b"),
    ("CKI", r"^cki-project@", r"^cki project\b|^ckibot"),
    ("linux-next tracker", r"^linux-next-bot@", r""),
    ("coverity-bot", r"^coverity-bot@|^keescook\+coverity-bot@", r"^coverity-bot\b"),
    (
        "bugzilla",
        r"^bugzilla(?:-daemon|-bot|\.kernel)?[^@]*@|^bugbot@",
        r"^bugzilla|^bugspray bot|^kernel\.org bugbot",
    ),
    (
        "list software",
        r"^(?:mailman|majordomo|mailer-daemon|postmaster|listar|listserv)[^@]*@",
        r"^mail delivery (?:sub)?system",
    ),
    (
        "bot",
        r"^[^@]*(?:[-_.+]bot|^bot)(?:[-_.+][^@]*)?@|^(?:no-?reply|do-?not-?reply)@",
        r"\b(?:test|ci|build|review) ?(?:bot|robot)\b|\[bot\]$",
    ),
)
"""Most special first: the first row that matches names the robot."""
