"""Words that tell nothing when a concern is looked for in a changelog or in the names of functions."""

from __future__ import annotations

DULL_WORDS = frozenset(
    [
        "that",
        "this",
        "with",
        "from",
        "patch",
        "should",
        "would",
        "could (?:we|you|this|it|also|just|possibly)",
        "please",
        "have",
        "there",
        "when",
        "what",
        "code",
        "here",
        "instead",
        "just",
        "like",
        "think",
        "make",
        "need",
        "into",
        "also",
        "more",
        "than",
        "then",
        "they",
        "page",
        "pages",
        "folio",
        "struct",
        "function",
        "because",
        "will",
        "which",
        "about",
        "only",
        "does",
        "some",
    ]
)
"""Words of prose that any two sentences on a patch may share."""

DULL_PARTS = frozenset(
    [
        "page",
        "pages",
        "folio",
        "folios",
        "struct",
        "the",
        "get",
        "set",
        "for",
        "dev",
        "from",
        "with",
        "into",
        "new",
        "old",
        "init",
        "alloc",
        "free",
        "lock",
        "unlock",
        "mem",
        "mm",
        "list",
        "head",
        "data",
        "type",
        "flags",
        "flag",
    ]
)
"""Parts of C names that any two functions may share."""

COMMON_WORDS = frozenset(
    [
        *("return", "goto", "break", "continue", "else", "case", "default", "endif", "include", "true"),
        *("false", "NULL", "ret", "err", "rc", "error", "out", "EINVAL", "ENOMEM", "EIO", "EAGAIN", "EBUSY"),
        *("int", "void", "if", "while", "for", "page", "folio", "struct"),
    ]
)
"""Words of C of which alone a line says nothing that could be found again."""

ASKING = (
    *(
        "should",
        "shouldn't",
        "must(?! have)",
        "need to",
        "needs to",
        "please",
        "have to",
        "let's",
        "(?<!i )don't",
        "cannot",
    ),
    *("could you", "wrong", "missing", "broken", "bug", "bugs", "race", "races", "racy", "leak", "leaks"),
    *("crash", "crashes", "deadlock", "unsafe", "incorrect", "why"),
    "(?:would|might)(?: probably| also)? be (?:good|great|nice|nicer|better|helpful|useful)",
)
"""Words of a sentence that itself asks for something, or says that something is wrong."""

ORDERS = (
    *("add", "call", "change", "check", "clear", "convert", "document", "drop", "explain", "fix", "fold"),
    *("keep", "make", "mention", "move", "pass", "put", "remove", "rename", "replace", "return", "set"),
    *("skip", "split", "squash", "take", "test", "turn", "update", "use"),
)
"""Words with which an order begins."""

COMMON_ENGLISH = frozenset(
    [
        "the",
        "and",
        "this",
        "that",
        "for",
        "you",
        "are",
        "not",
        "but",
        "can",
        "with",
        "here",
        "have",
        "has",
        "what",
    ]
)
"""Words that any two sentences share."""

SUGGESTING = (
    *(
        "should(?:n't)?(?! never)",
        "could",
        "can (?:we|you|this)",
        "why (?:not(?! in\\b)|don't|can't)",
        "what (?:if|about)",
    ),
    *("how about", "instead", "would it", "maybe", "add", "use", "call", "thinks? (?:about|of)"),
)
"""Words of a question that suggests what it names."""

IGNORED = (
    *("you(?: have|'ve)? ignored", "ignor(?:ed|ing) my", "as i (?:said|asked|mentioned|pointed out)"),
    "(?:still|again) (?:not|hasn't(?: been)?|haven't|didn't|isn't) (?:addressed|fixed|answered|done)",
    "(?:didn't|did not|haven't|have not|never) (?:addressed?|answered?) my",
    "(?:same|my) (?:comments?|questions?) (?:as|from|on) (?:for |in |on )?(?:the )?(?:last|previous|v\\d+)",
)
"""Words in which a reviewer says that a point of an earlier version was passed over."""
