"""Graphs: Dijkstra, A*, Bellman-Ford, Floyd-Warshall, Kruskal, topological order, components, flow, colouring."""
import heapq
from collections import defaultdict, deque
from graphlib import CycleError, TopologicalSorter

ROADS = """Aachen Bonn 91; Aachen Köln 70; Bonn Köln 28; Köln Essen 68; Essen Dortmund 37; Dortmund Kassel 164; Bonn Mainz 148;
Mainz Frankfurt 43; Frankfurt Kassel 193; Kassel Göttingen 54; Göttingen Hannover 121; Hannover Hamburg 151; Dortmund Bremen 233;
Bremen Hamburg 127; Frankfurt Würzburg 119; Würzburg Nürnberg 110; Nürnberg München 170; Kassel Erfurt 160; Erfurt Leipzig 147"""


def load():
    graph = defaultdict(dict)
    for road in ROADS.replace("\n", " ").split(";"):
        a, b, km = road.split()
        graph[a][b] = graph[b][a] = int(km)
    return graph


def dijkstra(graph, start):
    best, previous, heap = {start: 0}, {}, [(0, start)]
    while heap:
        cost, here = heapq.heappop(heap)
        if cost > best[here]:
            continue
        for there, km in graph[here].items():
            if cost + km < best.get(there, float("inf")):
                best[there], previous[there] = cost + km, here
                heapq.heappush(heap, (cost + km, there))
    return best, previous


def path(previous, end):
    out = [end]
    while out[-1] in previous:
        out.append(previous[out[-1]])
    return out[::-1]


def floyd(graph):
    names = sorted(graph)
    dist = {a: {b: 0 if a == b else graph[a].get(b, float("inf")) for b in names} for a in names}
    for k in names:
        for a in names:
            for b in names:
                dist[a][b] = min(dist[a][b], dist[a][k] + dist[k][b])
    return dist


def kruskal(graph):
    parent = {node: node for node in graph}

    def find(node):
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    tree = []
    for km, a, b in sorted((km, a, b) for a in graph for b, km in graph[a].items() if a < b):
        if find(a) != find(b):
            parent[find(a)] = find(b)
            tree.append((a, b, km))
    return tree


def bellman_ford(edges, start):
    nodes = {n for a, b, _ in edges for n in (a, b)}
    dist = dict.fromkeys(nodes, float("inf")) | {start: 0}
    for _ in range(len(nodes) - 1):
        for a, b, w in edges:
            dist[b] = min(dist[b], dist[a] + w)
    if any(dist[a] + w < dist[b] for a, b, w in edges):
        raise ValueError("negative cycle")
    return dict(sorted(dist.items()))


def tarjan(graph):
    index, low, stack, on, out = {}, {}, [], set(), []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        on.add(v)
        for w in graph.get(v, ()):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in on:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            component = []
            while True:
                w = stack.pop()
                on.discard(w)
                component.append(w)
                if w == v:
                    break
            out.append(sorted(component))

    for v in graph:
        if v not in index:
            visit(v)
    return out


def max_flow(capacity, s, t):
    flow = 0
    residual = defaultdict(lambda: defaultdict(int))
    for a, row in capacity.items():
        for b, c in row.items():
            residual[a][b] += c
    while True:
        previous, queue = {s: None}, deque([s])
        while queue and t not in previous:
            here = queue.popleft()
            for there, left in residual[here].items():
                if left and there not in previous:
                    previous[there] = here
                    queue.append(there)
        if t not in previous:
            return flow
        step, node = float("inf"), t
        while previous[node] is not None:
            step, node = min(step, residual[previous[node]][node]), previous[node]
        node = t
        while previous[node] is not None:
            residual[previous[node]][node] -= step
            residual[node][previous[node]] += step
            node = previous[node]
        flow += step


def a_star(maze):
    grid = maze.splitlines()
    cells = {(r, c): ch for r, row in enumerate(grid) for c, ch in enumerate(row)}
    start, goal = (next(p for p, ch in cells.items() if ch == mark) for mark in "SG")
    guess = lambda p: abs(p[0] - goal[0]) + abs(p[1] - goal[1])
    heap, cost, came = [(guess(start), start)], {start: 0}, {}
    while heap:
        _, here = heapq.heappop(heap)
        if here == goal:
            break
        for d in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            there = here[0] + d[0], here[1] + d[1]
            if cells.get(there, "#") != "#" and cost[here] + 1 < cost.get(there, 10**9):
                cost[there], came[there] = cost[here] + 1, here
                heapq.heappush(heap, (cost[there] + guess(there), there))
    while here in came:
        cells[here] = "*" if cells[here] == " " else cells[here]
        here = came[here]
    return cost[goal], "\n".join("".join(cells[r, c] for c in range(len(row))) for r, row in enumerate(grid))


def colour(graph):
    colours = {}
    for node in sorted(graph, key=lambda n: (-len(graph[n]), n)):
        used = {colours.get(n) for n in graph[node]}
        colours[node] = next(c for c in range(len(graph)) if c not in used)
    return colours


graph = load()
best, previous = dijkstra(graph, "Aachen")
for city in sorted(best, key=best.get):
    print(f"{best[city]:>5} km  {' > '.join(path(previous, city))}")
dist = floyd(graph)
print(all(dist["Aachen"][c] == best[c] for c in best), max((d, a, b) for a in dist for b, d in dist[a].items()))
tree = kruskal(graph)
print(sum(km for *_, km in tree), len(tree), tree[:3])
print(bellman_ford([("a", "b", 4), ("a", "c", 2), ("c", "b", -1), ("b", "d", 5)], "a"))
try:
    bellman_ford([("a", "b", 1), ("b", "a", -2)], "a")
except ValueError as error:
    print(error)
print(tarjan({1: [2], 2: [3], 3: [1], 4: [3, 5], 5: [6], 6: [5], 7: [7]}))
print(max_flow({"s": {"a": 10, "b": 5}, "a": {"b": 15, "t": 4}, "b": {"t": 10}}, "s", "t"))
print(*a_star("#########\n#S  #   #\n# # # # #\n# #   # #\n# ##### #\n#      G#\n#########"), sep="\n")
print(colour(graph))
sorter = TopologicalSorter({"link": {"compile"}, "compile": {"configure", "fetch"}, "test": {"link"}, "configure": {"fetch"}})
print(list(sorter.static_order()))
try:
    list(TopologicalSorter({1: [2], 2: [3], 3: [1]}).static_order())
except CycleError as error:
    print(error.args[0], sorted(set(error.args[1])))
