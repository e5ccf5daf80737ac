"""Metaclasses, descriptors, __init_subclass__, __set_name__, __prepare__, mro and slots: a tiny object mapper."""


class Field:
    order = 0

    def __init__(self, kind, default=None, *, check=None):
        self.kind, self.default, self.check = kind, default, check
        Field.order += 1
        self.order = Field.order

    def __set_name__(self, owner, name):
        self.name, self.slot = name, "_" + name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return getattr(instance, self.slot, self.default)

    def __set__(self, instance, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name}: expected {self.kind.__name__}, got {type(value).__name__}")
        if self.check and not self.check(value):
            raise ValueError(f"{self.name}: bad value {value!r}")
        setattr(instance, self.slot, value)

    def __delete__(self, instance):
        delattr(instance, self.slot)

    def __repr__(self):
        return f"Field({self.kind.__name__})"


class Namespace(dict):
    def __setitem__(self, key, value):
        if key in self and isinstance(value, Field):
            raise TypeError(f"field {key!r} defined twice")
        super().__setitem__(key, value)


class ModelMeta(type):
    registry = {}

    @classmethod
    def __prepare__(mcls, name, bases, **options):
        return Namespace()

    def __new__(mcls, name, bases, namespace, *, table=None):
        cls = super().__new__(mcls, name, bases, dict(namespace))
        fields = {}
        for base in reversed(cls.__mro__):
            fields.update({k: v for k, v in vars(base).items() if isinstance(v, Field)})
        cls.fields = dict(sorted(fields.items(), key=lambda item: item[1].order))
        cls.table = table or name.lower() + "s"
        return cls

    def __init__(cls, name, bases, namespace, **options):
        super().__init__(name, bases, namespace)
        ModelMeta.registry[name] = cls

    def __call__(cls, *args, **kwargs):
        instance = super().__call__(*args, **kwargs)
        instance.saved = False
        return instance

    def __len__(cls):
        return len(cls.fields)

    def __iter__(cls):
        return iter(cls.fields)

    def __contains__(cls, name):
        return name in cls.fields

    def __getattr__(cls, name):
        if name.startswith("by_"):
            return lambda rows, value: [r for r in rows if getattr(r, name[3:]) == value]
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")

    def __instancecheck__(cls, instance):
        return super().__instancecheck__(instance) or all(hasattr(instance, f) for f in cls.fields) and bool(cls.fields)


class Model(metaclass=ModelMeta):
    subclasses = []

    def __init_subclass__(cls, /, abstract=False, **options):
        super().__init_subclass__()
        if not abstract:
            Model.subclasses.append(cls.__qualname__)

    def __init__(self, **values):
        for name, value in values.items():
            if name not in type(self):
                raise TypeError(f"{type(self).__name__} has no field {name}")
            setattr(self, name, value)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in type(self))})"


class Named(Model, table="things"):
    name = Field(str, "?")


class Person(Named):
    age = Field(int, 0, check=lambda n: 0 <= n < 150)
    email = Field(str)


class Employee(Person, table="staff"):
    salary = Field(float, 0.0)
    name = Field(str, "employee")


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


p, e = Person(name="Ann", age=31), Employee(salary=2.5)
print(p, e, p.saved, len(Employee), list(Employee), Person.table, Employee.table, Named.table, "age" in Person, Person.age)
print(Model.subclasses, list(ModelMeta.registry), Person.by_age([p, Person(age=2)], 31))
attempt(lambda: setattr(p, "age", "x"))
attempt(lambda: setattr(p, "age", 200))
attempt(lambda: Person(nme="x"))
attempt(lambda: Person.nothing)
del p.age
attempt(lambda: p.age)
attempt(lambda: delattr(p, "age"))
attempt(lambda: type.__call__(ModelMeta, "Made", (Named,), {"x": Field(int)}).fields)
attempt(lambda: exec("class Twice(Model):\n a = Field(int)\n a = Field(str)"))


class Duck:
    name = "duck"


print(isinstance(Duck(), Named), isinstance(Duck(), Person), isinstance(3, Named))


class A:
    def who(self): return ["A"]
class B(A):
    def who(self): return ["B"] + super().who()
class C(A):
    def who(self): return ["C"] + super().who()
class D(B, C):
    def who(self): return ["D"] + super().who()


print(D().who(), [k.__name__ for k in D.__mro__], D.mro()[1] is B, super(B, D()).who())
attempt(lambda: type("X", (A, B), {}))
attempt(lambda: type("Y", (int, str), {}))
attempt(lambda: type("Z", (bool,), {}))
attempt(lambda: type("M", (Model, type("Other", (type,), {})("O", (), {})), {}))


class Slotted:
    __slots__ = ("x", "__weakref__", "_hidden")

    def __init__(self):
        self.x = 1


class Open(Slotted):
    pass


s = Slotted()
attempt(lambda: setattr(s, "y", 1))
attempt(lambda: s.__dict__)
attempt(lambda: s._hidden)
o = Open()
o.y = 5
print(o.__dict__, o.x, Slotted.x.__get__(o), type(Slotted.x).__name__)
attempt(lambda: type("Bad", (), {"__slots__": ("a",), "a": 1}))


class Lazy:
    def __get__(self, instance, owner):
        value = instance.__dict__["lazy"] = f"computed for {owner.__name__}"
        return value


class Holder:
    lazy = Lazy()
    value = property(lambda self: self._v, doc="the value")

    @value.setter
    def value(self, v):
        self._v = v * 2

    @classmethod
    def make(cls, v):
        h = cls()
        h.value = v
        return h

    @staticmethod
    def version(): return 7

    def __getattr__(self, name): return f"dynamic {name}"
    def __setattr__(self, name, v): object.__setattr__(self, name, v)
    def __class_getitem__(cls, item): return f"{cls.__name__}[{item}]"


h = Holder.make(4)
print(h.lazy, vars(h), h.value, Holder.value.__doc__, h.version(), h.anything, Holder[int, "x"], Holder.make.__self__.__name__)
attempt(lambda: delattr(h, "value"))
h.__class__ = type("Sub", (Holder,), {})
print(type(h).__name__, isinstance(h, Holder), h.value)
attempt(lambda: setattr(h, "__class__", int))
