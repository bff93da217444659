"""Which variant of an experiment a visitor sees: the same one every time, without anything being stored."""

from collections.abc import Sequence

FNV_START = 0x811C9DC5
FNV_PRIME = 0x01000193
MIX_FIRST = 0x85EBCA6B
MIX_SECOND = 0xC2B2AE35
BITS_32 = 0xFFFFFFFF


def assigned(experiment_id: str, visitor: str, weights: Sequence[int]) -> int:
    """The index of the visitor's variant. Trackers may compute the same, so the algorithm is fixed:

    1. `hash` = FNV-1a, 32 bits, of the UTF-8 bytes of "{experiment_id}:{visitor}", then MurmurHash3's 32-bit
       finaliser, since FNV-1a alone hardly spreads a change of the last character to the high bits.
    2. `point` = hash * (sum of weights) // 2^32: a whole number from 0 up to, not including, the sum.
    3. The first variant at which the sum of the weights so far exceeds `point`.

    A visitor moves to another variant only when weights are changed. Raises ValueError without a weight above 0.
    """
    point = visitor_hash(f"{experiment_id}:{visitor}") * sum(weights) >> 32
    reached = 0
    for index, weight in enumerate(weights):
        reached += weight
        if reached > point:
            return index
    raise ValueError("one of the weights must be above 0")


def visitor_hash(text: str) -> int:
    """FNV-1a and the finaliser of MurmurHash3, both of 32 bits."""
    return mixed(fnv1a(text.encode("utf-8", "surrogatepass")))


def fnv1a(content: bytes) -> int:
    value = FNV_START
    for byte in content:
        value = (value ^ byte) * FNV_PRIME & BITS_32
    return value


def mixed(value: int) -> int:
    value = (value ^ value >> 16) * MIX_FIRST & BITS_32
    value = (value ^ value >> 13) * MIX_SECOND & BITS_32
    return value ^ value >> 16
