"""Many small objects: binary trees are made, walked and dropped."""


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


def grow(depth):
    return Node(grow(depth - 1), grow(depth - 1)) if depth else Node(None, None)


def count(node):
    return 1 + (count(node.left) + count(node.right) if node.left else 0)


kept = grow(15)
print(sum(count(grow(10)) for _ in range(900)), count(kept))
