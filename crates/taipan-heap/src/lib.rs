//! Spaces, collector and barriers; knows no Python.
