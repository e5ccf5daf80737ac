"""Methods of objects that may have a dict: found in the class until the object or its class has something else."""
import io


class Box(list):
    def name(self):
        return "class"


class Other(dict):
    def name(self):
        return "other"


def call(x):
    return x.name()


def warm(x):
    for _ in range(50):
        last = call(x)
    return last


box = Box()
print(warm(box))
box.name = lambda: "instance"
print(call(box), warm(Box()), call(box))
del box.name
print(call(box), box.__dict__)
print(warm(Other()), call(Box()), call(box))
Box.name = lambda self: "changed"
print(call(Box()), call(box))
Box.name = property(lambda self: lambda: "property")
print(call(Box()), warm(Box()))
del Box.name
try:
    call(Box())
except AttributeError as error:
    print(error)
Box.__getattr__ = lambda self, name: lambda: "asked for " + name
print(warm(Box()))
Box.__getattribute__ = lambda self, name: lambda: "always " + name
print(call(Box()))
del Box.__getattribute__, Box.__getattr__
list_name = Box()
list_name.__class__ = type("Late", (Box,), {"name": lambda self: "late"})
print(warm(list_name))


def write(stream, text):
    return stream.write(text)


stream = io.StringIO()
for i in range(50):
    write(stream, "x")
print(len(stream.getvalue()))
stream.write = lambda text: "caught " + text
print(write(stream, "y"), write(io.StringIO(), "yz"))
for value in 3, "s", None, [], 2.5:
    try:
        write(value, "x")
    except AttributeError as error:
        print(error)
