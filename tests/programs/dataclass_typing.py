"""Dataclasses, enums, abstract classes and typing in one small order system."""
from __future__ import annotations

import abc
import dataclasses
import enum
import functools
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, InitVar, dataclass, field


class Color(enum.Enum):
    RED = "r"
    GREEN = "g"
    CRIMSON = "r"

    @classmethod
    def _missing_(cls, value):
        return cls.GREEN if value == "lime" else None


class Access(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    RUN = enum.auto()
    ALL = READ | WRITE | RUN


class Size(enum.IntEnum):
    S = 1
    M = 2
    L = 5

    @property
    def label(self):
        return f"size-{self.name.lower()}"


class Planet(enum.StrEnum):
    EARTH = enum.auto()
    MARS = enum.auto()


class Priced(abc.ABC):
    @property
    @abc.abstractmethod
    def price(self) -> int: ...

    @abc.abstractmethod
    def describe(self) -> str:
        return f"{self.price / 100:.2f}"


@functools.total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    cents: int
    currency: str = field(default="EUR", compare=False)

    def __lt__(self, other):
        return self.cents < other.cents if isinstance(other, Money) else NotImplemented


@dataclass(order=True)
class Item(Priced):
    sort_index: int = field(init=False, repr=False)
    name: str
    cents: int = 0
    tags: list[str] = field(default_factory=list, hash=False)
    _: KW_ONLY
    color: Color = Color.RED
    raw: InitVar[str | None] = None

    def __post_init__(self, raw):
        if raw is not None:
            self.name, self.cents = raw.split(":")[0], int(raw.split(":")[1])
        self.sort_index = self.cents

    @property
    def price(self):
        return self.cents

    def describe(self):
        return f"{self.name} ({super().describe()})"


class Stock[K, V](Mapping[K, V]):
    def __init__(self, pairs: dict[K, V]) -> None:
        self._pairs = pairs

    def __getitem__(self, key: K) -> V:
        return self._pairs[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


class Row(typing.NamedTuple):
    id: int
    label: str = "none"


class Options(typing.TypedDict, total=False):
    debug: typing.Required[bool]
    name: str


@typing.runtime_checkable
class Closeable(typing.Protocol):
    def close(self) -> None: ...


def attempt(action: Callable[[], object]) -> None:
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


print(Color.CRIMSON, Color("r") is Color.RED, Color["GREEN"].value, list(Color), Color("lime"))
attempt(lambda: Color("blue"))
print(Access.READ | Access.RUN, ~Access.READ, Access.ALL, Access(3), Access.WRITE in Access.ALL, Access(0))
print(Size.M + 1, Size.L.label, max(Size), f"{Size.S}", f"{Planet.MARS:>6}", Planet.EARTH.upper())
attempt(lambda: setattr(Color, "RED", 1))
attempt(lambda: Priced())
a, b = Item("lamp", 1250, ["home"]), Item("x", raw="chair:4000", color=Color.GREEN)
print(a, b, a < b, a == Item("lamp", 1250, ["home"]), a.describe(), b.describe(), sep="\n")
print(dataclasses.asdict(a), dataclasses.astuple(b), dataclasses.replace(a, cents=1, raw=None))
print([f.name for f in dataclasses.fields(Item)], Item.__match_args__)
attempt(lambda: Item())
attempt(lambda: Item("a", 1, [], Color.RED))
attempt(lambda: hash(a))
m = Money(5)
attempt(lambda: setattr(m, "cents", 6))
attempt(lambda: m.__dict__)
print(m, hash(m) == hash(Money(5, "USD")), m >= Money(4), m < Money(7), Money.__slots__)
attempt(lambda: m < 3)
stock = Stock({"a": 1, "b": 2})
print(dict(stock), "a" in stock, stock.get("z"), stock == {"a": 1, "b": 2}, Stock.__type_params__, Stock[str, int])
print(Row(1), Row(2, "x")._replace(id=9), Row._fields, Row.__annotations__, Row(1) < Row(2))
print(Options.__required_keys__, Options.__optional_keys__, typing.get_type_hints(Options))
print(typing.get_type_hints(Item.__post_init__), typing.get_type_hints(attempt))
print(isinstance(open, Closeable), isinstance(typing.NamedTuple, Closeable), typing.get_args(dict[str, list[int]]))
print(typing.Optional[int], int | None, typing.Union[int, str] == int | str, typing.Literal[1, "a"])
Made = dataclasses.make_dataclass("Made", [("x", int), ("y", int, 5)], namespace={"sum": lambda s: s.x + s.y})
print(Made(1), Made(1).sum(), Made.__annotations__)
attempt(lambda: dataclasses.make_dataclass("Bad", [("x", int, 1), ("y", int)]))
attempt(lambda: dataclass(type("Bad2", (), {"__annotations__": {"x": list}, "x": []})))

# Unions in aliases in unions: each hash is made once.
nested = same = int
for _ in range(500):
    nested, same = list[nested] | None, None | list[same]
print(hash(nested) == hash(same), {nested: 1}[same])
