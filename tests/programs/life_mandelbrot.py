"""Pictures in text: game of life, Mandelbrot and Julia sets, Sierpinski, Langton's ant, rule 30, a maze, a plasma."""
import cmath
import math
import random
from collections import Counter


def life(cells):
    counts = Counter((x + dx, y + dy) for x, y in cells for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy)
    return {cell for cell, n in counts.items() if n == 3 or n == 2 and cell in cells}


def show(cells, size):
    for y in range(size):
        print("".join("#" if (x, y) in cells else "." for x in range(size)))


def parse(text):
    return {(x, y) for y, line in enumerate(text.splitlines()) for x, char in enumerate(line) if char == "O"}


def mandelbrot(width, height, limit=60):
    shades = " .:-=+*#%@"
    for row in range(height):
        line = ""
        for column in range(width):
            c = complex(-2.2 + 3.2 * column / width, -1.2 + 2.4 * row / height)
            z, n = 0j, 0
            while abs(z) <= 2 and n < limit:
                z, n = z * z + c, n + 1
            line += shades[n * (len(shades) - 1) // limit]
        print(line.rstrip())


def julia(c, size):
    inside = 0
    for row in range(size):
        for column in range(size):
            z = complex(3 * column / size - 1.5, 3 * row / size - 1.5)
            for _ in range(40):
                if abs(z) > 2:
                    break
                z = z**2 + c
            else:
                inside += 1
    return inside


def ant(steps):
    black, position, heading = set(), 0j, 1j
    for _ in range(steps):
        if position in black:
            black.remove(position)
            heading *= 1j
        else:
            black.add(position)
            heading *= -1j
        position += heading
    return len(black), position


def rule(number, width, rows):
    cells = [0] * width
    cells[width // 2] = 1
    for _ in range(rows):
        print("".join("█" if c else " " for c in cells).rstrip())
        cells = [number >> (cells[i - 1] * 4 + cells[i] * 2 + cells[(i + 1) % width]) & 1 for i in range(width)]


def maze(width, height, seed):
    rng = random.Random(seed)
    grid = [["#"] * (2 * width + 1) for _ in range(2 * height + 1)]
    stack = [(0, 0)]
    grid[1][1] = " "
    while stack:
        x, y = stack[-1]
        around = [(x + dx, y + dy) for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0))]
        free = [(a, b) for a, b in around if 0 <= a < width and 0 <= b < height and grid[2 * b + 1][2 * a + 1] == "#"]
        if not free:
            stack.pop()
            continue
        a, b = free[rng.randrange(len(free))]
        grid[y + b + 1][x + a + 1] = grid[2 * b + 1][2 * a + 1] = " "
        stack.append((a, b))
    return "\n".join(map("".join, grid))


def turtle(commands, axiom, rules, depth, angle):
    text = axiom
    for _ in range(depth):
        text = "".join(rules.get(c, c) for c in text)
    z, heading, points = 0j, 1 + 0j, []
    for c in text:
        if c in commands:
            z += heading
            points.append(z)
        elif c in "+-":
            heading *= cmath.rect(1, math.radians(angle if c == "+" else -angle))
    return len(text), round(z.real, 6) + 0, round(z.imag, 6) + 0, len({(round(p.real, 3), round(p.imag, 3)) for p in points})


glider = parse(".O.\n..O\nOOO")
for generation in range(4):
    show(glider, 6)
    print()
    glider = life(glider)
cells = parse(".OO\nOO.\n.O.")  # the r-pentomino
for _ in range(150):
    cells = life(cells)
print(len(cells), len(life(cells)), min(cells), max(cells))
mandelbrot(64, 22)
print([julia(c, 40) for c in (-0.8 + 0.156j, -0.4 + 0.6j, 0.285 + 0.01j)])
print(ant(2000), ant(11000))
rule(30, 41, 12)
rule(90, 33, 16)
print(maze(12, 5, 2024))
print(turtle("F", "F", {"F": "F+F-F-F+F"}, 3, 90), turtle("AB", "A", {"A": "B-A-B", "B": "A+B+A"}, 5, 60))
for y in range(8):
    print("".join(" .-=o#"[int((math.sin(x / 4) + math.cos(y / 3) + math.hypot(x - 20, y - 4) / 12) * 1.5) % 6] for x in range(48)).rstrip())
