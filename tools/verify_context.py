"""What holds where C code calls or writes something: the locks that are held and the tests that were passed.

Part of verify_calls.py. "pagevec_lru_move_fn() runs its callback under pgdat->lru_lock" or "the page's
count is 0 in __folio_put()" is known from the places of the calls, not from the functions themselves. A
must-analysis over the syntax tree: what is listed holds on every way through the source that it can see.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from tree_sitter import Node

NAMES = tomllib.loads(Path(__file__).with_name("verify_calls.toml").read_text(encoding="utf-8"))
BY_ARGUMENT = re.compile(
    r"^(?:raw_)?(?:spin|read|write)_lock(?:_irq|_irqsave|_bh|_nested|_irqsave_nested|_nest_lock)?$"
    r"|^mutex_lock(?:_nested|_interruptible|_killable)?$|^down_(?:read|write)(?:_nested|_killable)?$"
    r"|^xa_lock(?:_irq|_irqsave|_bh)?$"
)
BY_ARGUMENT_OFF = re.compile(
    r"^(?:raw_)?(?:spin|read|write)_unlock(?:_irq|_irqrestore|_bh)?$|^mutex_unlock$|^up_(?:read|write)$"
    r"|^xa_unlock(?:_irq|_irqrestore|_bh)?$"
)
TRIED = re.compile(r"^(?:raw_)?(?:spin|read|write)_trylock\w*$|^mutex_trylock$|^down_(?:read|write)_trylock$")
NAMED: Mapping[str, str] = {
    function: lock for lock, functions in NAMES["locks"].items() for function in functions
}
NAMED_OFF: Mapping[str, str] = {
    function: lock for lock, functions in NAMES["unlocks"].items() for function in functions
}
NAMED_TRIED: Mapping[str, str] = {
    function: lock for lock, functions in NAMES["trylocks"].items() for function in functions
}
STATES: Mapping[str, frozenset[str]] = {state: frozenset(tests) for state, tests in NAMES["states"].items()}
ASSERTED = re.compile(r"^lockdep_assert_held(?:_write|_read|_once)?$")
JUMPS = frozenset({"return_statement", "goto_statement", "break_statement", "continue_statement"})
TEST = re.compile(r"^!?[A-Za-z_]\w*\(\)(?:[=!<>]=?-?\w{1,30})?$|^!?\*?order(?:[=!<>]=?\w{1,20})?$")
ARGUMENTS = re.compile(r"\((?:[^()]|\([^()]*\))*\)")
TURNED = {"==": "!=", "!=": "==", ">": "<=", "<": ">=", ">=": "<", "<=": ">"}
COMPARED = re.compile(r"^(.*?)([=!<>]=|[<>])([^=].*)$")
LOCK = "L:"
"""How a lock is marked among the tokens of a place."""


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def opposite(test: str) -> str:
    """The test that holds where ``test`` does not."""
    compared = COMPARED.match(test)
    if compared:
        return f"{compared[1]}{TURNED[compared[2]]}{compared[3]}"
    return test[1:] if test.startswith("!") else f"!{test}"


def tests_of(node: Node | None, positive: bool, depth: int = 0) -> frozenset[str]:
    """The single tests that are known where a condition came out true (or false)."""
    if node is None or depth > 8:
        return frozenset()
    kind = node.type
    if kind == "parenthesized_expression" and node.named_children:
        return tests_of(node.named_children[0], positive, depth + 1)
    if kind == "unary_expression" and text_of(node).startswith("!"):
        return tests_of(node.child_by_field_name("argument"), not positive, depth + 1)
    if kind == "call_expression" and text_of(node.child_by_field_name("function")) in ("likely", "unlikely"):
        inner = node.child_by_field_name("arguments")
        return tests_of(inner.named_children[0], positive, depth + 1) if inner else frozenset()
    if kind == "binary_expression":
        operator = text_of(node.child_by_field_name("operator"))
        if operator in ("&&", "||"):
            if (operator == "&&") is not positive:
                return frozenset()
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            return tests_of(left, positive, depth + 1) | tests_of(right, positive, depth + 1)
    plain = ARGUMENTS.sub("()", re.sub(r"\s+", "", text_of(node)))
    if len(plain) > 60 or not TEST.match(plain):
        return frozenset()
    test = plain if positive else opposite(plain)
    return frozenset({test, *(state for state, names in STATES.items() if test in names)})


def jumps(node: Node | None) -> bool:
    """Whether a branch never goes on behind its statement."""
    if node is None:
        return False
    if node.type == "else_clause" or (node.type == "compound_statement" and node.named_children):
        return jumps(node.named_children[-1]) if node.named_children else False
    return node.type in JUMPS


def common(places: Iterable[frozenset[str]]) -> frozenset[str]:
    """What holds at all of some places."""
    found = list(places)
    return frozenset.intersection(*found) if found else frozenset()


def on_entry(
    places: Mapping[str, Mapping[str, frozenset[str]]],
    handed: Mapping[str, set[tuple[str, str]]],
    taken: frozenset[str],
) -> dict[str, frozenset[str]]:
    """What holds whenever a function is entered, by all calls of it that a tree has.

    Args:
        places: caller -> callee -> what holds at its calls.
        handed: function -> (caller, callee) pairs: the caller hands it to the callee, which calls it.
        taken: functions whose address is kept somewhere: anybody may call them.
    """
    callers: dict[str, list[str]] = {}
    for caller, callees in places.items():
        for callee in callees:
            callers.setdefault(callee, []).append(caller)
    wanted = (callers.keys() | handed.keys()) - taken
    entry: dict[str, frozenset[str] | None] = dict.fromkeys(wanted)
    for _ in range(6):
        changed = False
        for function in sorted(wanted):
            ways: list[frozenset[str]] = []
            for caller in callers.get(function, ()):
                above = entry.get(caller, frozenset()) if caller in entry else frozenset()
                if above is not None:
                    ways.append(places[caller][function] | {t for t in above if t.startswith(LOCK)})
            for _, callee in handed.get(function, ()):
                ways.append(places.get(callee, {}).get("*", frozenset()))
            now = common(ways) if ways else None
            changed |= now != entry[function]
            entry[function] = now
        if not changed:
            break
    return {function: held for function, held in entry.items() if held}


def lock_name(argument: Node | None, owner: str) -> str:
    """The name of the lock that an expression names: ``lruvec.lru_lock``, ``hugetlb_lock``; else empty."""
    if argument is None:
        return ""
    while argument.type in ("pointer_expression", "parenthesized_expression"):
        inner = argument.child_by_field_name("argument") or (
            argument.named_children[0] if argument.named_children else None
        )
        if inner is None:
            return ""
        argument = inner
    if argument.type == "field_expression":
        return f"{owner or '?'}.{text_of(argument.child_by_field_name('field'))}"
    name = text_of(argument)
    if "ptl" in name:
        return "page table lock"
    return name if re.match(r"^[a-z_]\w{3,40}$", name) and "lock" in name else ""
