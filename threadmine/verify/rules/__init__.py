"""One rule a file; each carries the cases that its tests are made from. The order here is the order of
asking."""

from __future__ import annotations

from threadmine.verify.rule import Rule
from threadmine.verify.rules.after import AfterRule
from threadmine.verify.rules.alias import AliasRule
from threadmine.verify.rules.answers import AnswerRule
from threadmine.verify.rules.calls import CallRule
from threadmine.verify.rules.config import ConfigRule
from threadmine.verify.rules.constants import ConstantRule
from threadmine.verify.rules.coverage import CoverageRule
from threadmine.verify.rules.declared import DeclaredRule
from threadmine.verify.rules.effects import EffectRule
from threadmine.verify.rules.entry import EntryRule
from threadmine.verify.rules.equalities import EqualityRule
from threadmine.verify.rules.exists import FunctionExistsRule, MemberRule
from threadmine.verify.rules.for_kind import ForKindRule
from threadmine.verify.rules.freed import FreedRule
from threadmine.verify.rules.guards import RequiresRule
from threadmine.verify.rules.handles import HandlesRule
from threadmine.verify.rules.heads import HeadRule
from threadmine.verify.rules.hunks import HunkRule
from threadmine.verify.rules.insists import InsistsRule
from threadmine.verify.rules.is_a import IsARule
from threadmine.verify.rules.kind_uses import KindUsesRule
from threadmine.verify.rules.lifecycle import LifecycleRule
from threadmine.verify.rules.locks import LockRule
from threadmine.verify.rules.named import NamedRule
from threadmine.verify.rules.needs import NeedsRule
from threadmine.verify.rules.open_coded import OpenCodedRule
from threadmine.verify.rules.order import PrecedesRule
from threadmine.verify.rules.order_bits import OrderBitsRule
from threadmine.verify.rules.overlap import OverlapRule
from threadmine.verify.rules.parameters import AllocationRule, ParameterRule
from threadmine.verify.rules.place import OffsetRule, SizeRule
from threadmine.verify.rules.points_to import PointsToRule
from threadmine.verify.rules.policy import PolicyRule
from threadmine.verify.rules.protocol import ProtocolRule
from threadmine.verify.rules.residence import ResidenceRule
from threadmine.verify.rules.results import ResultRule
from threadmine.verify.rules.span import SpanRule
from threadmine.verify.rules.stale import StaleRule
from threadmine.verify.rules.store import SameStoreRule
from threadmine.verify.rules.types import TypeRule
from threadmine.verify.rules.unfit import UnfitRule
from threadmine.verify.rules.unused import UnusedRule
from threadmine.verify.rules.uses import ExclusiveRule, UsesRule
from threadmine.verify.rules.within import WithinRule
from threadmine.verify.rules.wrong_type import WrongTypeRule

RULES: tuple[Rule, ...] = (
    SameStoreRule(),
    OverlapRule(),
    OffsetRule(),
    SizeRule(),
    SpanRule(),
    ConfigRule(),
    MemberRule(),
    DeclaredRule(),
    ResidenceRule(),
    PointsToRule(),
    OrderBitsRule(),
    TypeRule(),
    PolicyRule(),
    HeadRule(),
    UnusedRule(),
    EffectRule(),
    NamedRule(),
    CallRule(),
    ForKindRule(),
    FunctionExistsRule(),
    NeedsRule(),
    InsistsRule(),
    RequiresRule(),
    LockRule(),
    ProtocolRule(),
    HandlesRule(),
    UnfitRule(),
    WrongTypeRule(),
    ExclusiveRule(),
    UsesRule(),
    KindUsesRule(),
    IsARule(),
    FreedRule(),
    LifecycleRule(),
    EntryRule(),
    StaleRule(),
    ResultRule(),
    AnswerRule(),
    AfterRule(),
    WithinRule(),
    OpenCodedRule(),
    ConstantRule(),
    AliasRule(),
    EqualityRule(),
    ParameterRule(),
    AllocationRule(),
    PrecedesRule(),
    HunkRule(),
    CoverageRule(),
)
