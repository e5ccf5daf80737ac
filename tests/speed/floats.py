"""Floats: points of the Mandelbrot set."""


def main(size=420, limit=60):
    inside = 0
    for row in range(size):
        y0 = 2.4 * row / size - 1.2
        for column in range(size):
            x0 = 3.0 * column / size - 2.2
            x = y = 0.0
            for _ in range(limit):
                xx, yy = x * x, y * y
                if xx + yy > 4.0:
                    break
                x, y = xx - yy + x0, 2.0 * x * y + y0
            else:
                inside += 1
    return inside


print(main())
