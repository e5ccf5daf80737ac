"""Accounts, transactions, interest, an audit trail and reports."""
import abc
import enum
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal as D


class BankError(Exception):
    """Base of all errors here."""


class InsufficientFunds(BankError):
    def __init__(self, account, amount):
        self.missing = amount - account.available
        super().__init__(f"{account.number}: {amount} wanted, {self.missing} missing")


class Kind(enum.Enum):
    DEPOSIT = "+"
    WITHDRAWAL = "-"
    INTEREST = "%"
    FEE = "!"


@dataclass(frozen=True, order=True)
class Entry:
    day: date
    amount: D
    kind: Kind = field(compare=False)
    note: str = field(default="", compare=False)

    def __str__(self):
        return f"{self.day:%d.%m.%y} {self.kind.value} {self.amount:>12,.2f} {self.note}".rstrip()


class Account(abc.ABC):
    _next = 1000
    rate = D(0)

    def __init__(self, owner, bank):
        self.owner, self.bank, self.entries = owner, bank, []
        Account._next += 7
        self.number = f"{type(self).__name__[:2].upper()}{Account._next}"

    @property
    def balance(self):
        return sum((e.amount for e in self.entries), D(0))

    @property
    @abc.abstractmethod
    def available(self):
        ...

    def _book(self, amount, kind, note=""):
        self.entries.append(Entry(self.bank.today, amount.quantize(D("0.01"), ROUND_HALF_EVEN), kind, note))

    def deposit(self, amount, note=""):
        if amount <= 0:
            raise ValueError(f"cannot deposit {amount}")
        self._book(amount, Kind.DEPOSIT, note)

    def withdraw(self, amount, note=""):
        if amount > self.available:
            raise InsufficientFunds(self, amount)
        self._book(-amount, Kind.WITHDRAWAL, note)

    def month_end(self):
        if self.rate and self.balance > 0:
            self._book(self.balance * self.rate / 12, Kind.INTEREST)

    def __lt__(self, other):
        return self.balance < other.balance

    def __repr__(self):
        return f"<{type(self).__name__} {self.number} {self.owner} {self.balance}>"


class Giro(Account):
    fee = D("2.50")

    def __init__(self, owner, bank, overdraft=D(0)):
        super().__init__(owner, bank)
        self.overdraft = overdraft

    @property
    def available(self):
        return self.balance + self.overdraft

    def month_end(self):
        super().month_end()
        self._book(-self.fee, Kind.FEE, "account fee")
        if self.balance < 0:
            self._book(self.balance * D("0.11") / 12, Kind.INTEREST, "overdraft")


class Savings(Account):
    rate = D("0.0275")

    @property
    def available(self):
        return max(self.balance - D(10), D(0))


class Bank:
    def __init__(self):
        self.today, self.accounts, self.log = date(2023, 12, 31), {}, []

    def open(self, kind, owner, **options):
        account = kind(owner, self, **options)
        self.accounts[account.number] = account
        return account

    @contextmanager
    def transaction(self, *accounts):
        saved = [list(a.entries) for a in accounts]
        try:
            yield
        except BankError as error:
            for account, entries in zip(accounts, saved):
                account.entries[:] = entries
            self.log.append(f"rolled back: {error}")
            raise
        else:
            self.log.append(f"committed {len(accounts)}")

    def transfer(self, source, target, amount, note=""):
        with self.transaction(source, target):
            target.deposit(amount, note)
            source.withdraw(amount, note)

    def advance(self, days):
        for _ in range(days):
            before, self.today = self.today, self.today + timedelta(1)
            if self.today.month != before.month:
                for account in self.accounts.values():
                    account.month_end()


bank = Bank()
ann, bob, save = bank.open(Giro, "Ann", overdraft=D(500)), bank.open(Giro, "Bob"), bank.open(Savings, "Ann")
bank.advance(1)
ann.deposit(D("1200.00"), "salary")
bob.deposit(D(80))
for source, target, amount in [(ann, save, D(900)), (ann, bob, D("650.55")), (bob, ann, D("1000")), (save, bob, D("895")),
                               (bob, save, D("-5")), (ann, bob, D("149.46"))]:
    try:
        bank.transfer(source, target, amount, f"to {target.owner}")
    except InsufficientFunds as error:
        print("refused:", error, error.missing)
    except ValueError as error:
        print("invalid:", error)
bank.advance(200)
for account in sorted(bank.accounts.values(), reverse=True):
    print(account)
    print(*(f"   {e}" for e in account.entries[:6]), sep="\n")
print(*bank.log, sep="\n")
kinds, months = Counter(), defaultdict(D)
for account in bank.accounts.values():
    for entry in account.entries:
        kinds[entry.kind.name] += 1
        months[f"{entry.day:%Y-%m}"] += entry.amount
print(dict(kinds), dict(sorted(months.items())), sep="\n")
print(max(e for a in bank.accounts.values() for e in a.entries))
try:
    Account("x", bank)
except TypeError as error:
    print(error)
try:
    ann.entries[0].amount = 5
except AttributeError as error:
    print(type(error).__name__, error)
