//! AST to CPython 3.14 code objects.
