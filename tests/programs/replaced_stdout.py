"""What was written to the standard streams comes out at the end, whatever stands in their place then."""

import io
import sys

stdout, stderr = sys.stdout, sys.stderr
stdout.write("to the first\n")
sys.stdout = sys.stderr = sys.__stdout__ = io.StringIO()
print("to the second")
stdout.write("to the first again")
