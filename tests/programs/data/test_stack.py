"""A test file as people write them."""
import unittest
from unittest import mock


class Stack:
    def __init__(self, limit=None):
        self._items, self.limit = [], limit

    def push(self, item):
        if self.limit is not None and len(self._items) >= self.limit:
            raise OverflowError(f"more than {self.limit} items")
        self._items.append(item)
        return self

    def pop(self):
        return self._items.pop()

    def __len__(self):
        return len(self._items)


class StackTest(unittest.TestCase):
    def setUp(self):
        self.stack = Stack(limit=3)
        self.addCleanup(self.stack._items.clear)

    def test_push_pop(self):
        self.stack.push(1).push("two")
        self.assertEqual(self.stack.pop(), "two")
        self.assertEqual(len(self.stack), 1)

    def test_limit(self):
        for i in range(3):
            with self.subTest(i=i):
                self.stack.push(i)
                self.assertLess(len(self.stack), 3, "too full")
        with self.assertRaisesRegex(OverflowError, r"more than \d"):
            self.stack.push(3)

    def test_empty(self):
        with self.assertRaises(IndexError) as caught:
            self.stack.pop()
        self.assertIn("pop from empty list", str(caught.exception))

    def test_wrong(self):
        "This one fails, with a difference."
        self.assertEqual([1, 2, {"a": "x"}], [1, 3, {"a": "y"}])

    def test_multiline(self):
        self.assertMultiLineEqual("a\nb\nc\n", "a\nB\nc\n")

    def test_error(self):
        self.stack.shove(1)

    @unittest.skip("not today")
    def test_skipped(self):
        self.fail()

    @unittest.expectedFailure
    def test_known(self):
        self.assertTrue(0)


class MockTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shared = []

    def test_calls(self):
        notify = mock.Mock(return_value=7, side_effect=None)
        self.assertEqual(notify(1, key="v"), 7)
        notify.assert_called_once_with(1, key="v")
        self.assertEqual(repr(notify.call_args), "call(1, key='v')")

    def test_patch(self):
        with mock.patch.object(Stack, "pop", lambda self: "patched"):
            self.assertEqual(Stack().pop(), "patched")
        self.assertRaises(IndexError, Stack().pop)

    def test_logs(self):
        import logging
        with self.assertLogs("x", "INFO") as logs:
            logging.getLogger("x").warning("careful: %d", 3)
        self.assertEqual(logs.output, ["WARNING:x:careful: 3"])

    def test_almost(self):
        self.assertAlmostEqual(0.1 + 0.2, 0.3)
        self.assertCountEqual([3, 1, 2], (1, 2, 3))
        self.assertWarns(DeprecationWarning, lambda: __import__("warnings").warn("old", DeprecationWarning))


if __name__ == "__main__":
    unittest.main()
