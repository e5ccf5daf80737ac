"""A file that does not compile, run as a script: only the error is printed."""
import math


class Shape:
    def area(self):
        return 0


class Circle(Shape):
    def __init__(self, r):
        self.r = r

    def area(self):
        return math.pi * (self.r ** 2

    def name(self):
        return "circle"


def main():
    print(Circle(2).area())


main()
