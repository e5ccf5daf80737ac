"""JSON both ways."""

import json

data = [{"id": n, "name": f"item {n}", "tags": ["a", "b", str(n)], "price": n / 8, "ok": n % 2 == 0, "none": None} for n in range(8000)]
text = json.dumps(data)
for _ in range(10):
    again = json.loads(text)
    text = json.dumps(again, sort_keys=True)
print(len(text), again == data)
