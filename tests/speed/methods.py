"""Attributes and methods of instances, with inheritance."""


class Shape:
    def __init__(self, scale):
        self.scale = scale
        self.count = 0

    def grow(self, by):
        self.count += by
        return self.area() * self.scale


class Square(Shape):
    def area(self):
        return self.count & 1023


class Bar(Shape):
    def area(self):
        return self.count & 7


def main():
    shapes = [Square(2), Bar(3)]
    total = 0
    for i in range(2_000_000):
        total += shapes[i & 1].grow(i & 3)
    return total


print(main())
