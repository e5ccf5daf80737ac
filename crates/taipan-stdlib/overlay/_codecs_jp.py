"""Codecs by name; see `_multibytecodec`."""
from _multibytecodec import _getcodec

getcodec = _getcodec(("shift_jis", "cp932", "euc_jp"))
