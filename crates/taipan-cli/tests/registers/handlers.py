class Shelf:
    limit = 2

    def __init__(self, *names, **sizes):
        self.names = [name.upper() for name in names]
        self.sizes = sizes

    def find(self, name):
        try:
            return self.sizes[name]
        except KeyError as error:
            raise LookupError(f"no {name!r}") from error
        finally:
            self.limit -= 1


shelf = Shelf("a", b=1)
assert shelf.find("b") == 1
match shelf.sizes:
    case {"b": int(size)} if size:
        print(size, shelf.limit)
