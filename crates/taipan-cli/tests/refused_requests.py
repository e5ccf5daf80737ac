"""Requests of `refused_requests.txt` that do not end as they should: in MemoryError or OverflowError, at once."""
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    requests = [line.strip() for line in file if line.strip() and not line.startswith("#")]
kept = list(range(1000))
for request in requests:
    start = time.process_time()
    try:
        value = eval(request)
        outcome = f"gives {type(value).__name__}"
        del value
    except (MemoryError, OverflowError):
        outcome = ""
    except BaseException as error:
        outcome = f"raises {type(error).__name__}: {error}"
    took = time.process_time() - start
    if took > 1.0:
        outcome += f" after {took:.1f} s"
    if outcome:
        print(request, outcome)
    if kept != list(range(1000)) or len("x" * 1_000_000) != 1_000_000:
        print(request, "leaves a broken heap")
print(len(requests), "requests")
