"""Codecs by name; see `_multibytecodec`."""
from _multibytecodec import _getcodec

getcodec = _getcodec(("euc_kr", "cp949"))
