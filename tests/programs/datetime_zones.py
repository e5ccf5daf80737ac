"""Dates, times, time zones and calendars."""
import calendar
import time
import zoneinfo
from datetime import UTC, MAXYEAR, date, datetime, time as clock, timedelta, timezone, tzinfo


class Berlin(tzinfo):
    """Central European time with the rules of today, written by hand."""

    def _turn(self, year, month):
        last = datetime(year, month, 31)
        return last - timedelta(days=(last.weekday() + 1) % 7) + timedelta(hours=2 + (month == 10))

    def dst(self, when):
        naive = when.replace(tzinfo=None)
        summer = self._turn(when.year, 3) <= naive < self._turn(when.year, 10)
        return timedelta(hours=summer)

    def utcoffset(self, when):
        return timedelta(hours=1) + self.dst(when)

    def tzname(self, when):
        return "CEST" if self.dst(when) else "CET"


def attempt(action):
    try:
        print(action())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


def arithmetic():
    start = date(2024, 2, 28)
    print([(start + timedelta(n)).isoformat() for n in range(3)], (date(2025, 1, 1) - start).days)
    print(start.isocalendar(), start.timetuple().tm_yday, start.toordinal(), date.fromordinal(738000), start.replace(year=2023))
    d = timedelta(days=-1, hours=5, microseconds=7)
    print(d, repr(d), d.total_seconds(), abs(d), d // timedelta(hours=1), d % timedelta(hours=7), divmod(d, timedelta(minutes=1)))
    print(timedelta(weeks=1.5) / 4, timedelta(seconds=1) * 2.5, timedelta(1) / timedelta(hours=5), timedelta.max, -timedelta.resolution)
    now = datetime(2024, 12, 31, 23, 59, 59, 999999)
    print(now + timedelta.resolution, now.isoformat(" ", "milliseconds"), now.time(), datetime.combine(start, clock(7, 30)))
    print(date.min, date.max, MAXYEAR, start < date(2024, 3, 1), start == datetime(2024, 2, 28), clock(1) < clock(1, 0, 1))
    attempt(lambda: date.max + timedelta(1))
    attempt(lambda: date(2023, 2, 29))
    attempt(lambda: now < datetime(2024, 1, 1, tzinfo=UTC))
    attempt(lambda: timedelta(days=10**10))
    attempt(lambda: datetime(1, 1, 1) - "x")


def text():
    when = datetime(2024, 7, 4, 5, 6, 7, 80910, timezone(timedelta(hours=-3, minutes=-30)))
    print(when.strftime("%a %A %b %B %d %H %I %j %m %M %p %S %U %w %W %y %Y %z %Z %% %f %G-%V-%u %c|%x|%X"))
    print(f"{when:%d.%m.%Y}", when.ctime(), repr(when), str(when), when.isoformat(timespec="minutes"))
    for stamp, form in [("4 Jul 2024 17:05", "%d %b %Y %H:%M"), ("2024-186", "%Y-%j"), ("11/12/13 1:02:03 PM", "%m/%d/%y %I:%M:%S %p"),
                        ("2024-07-04T05:06:07.5+0230", "%Y-%m-%dT%H:%M:%S.%f%z"), ("Mon 2024 27", "%a %Y %W")]:
        print(datetime.strptime(stamp, form))
    for iso in ["2024-07-04", "20240704T050607", "2024-W27-4", "2024-07-04 05:06:07,123456Z", "2024-07-04T24:00", "2024-07-04T05:06+01:02:03.5"]:
        attempt(lambda: repr(datetime.fromisoformat(iso)))
    attempt(lambda: datetime.fromisoformat("2024-13-01"))
    attempt(lambda: datetime.strptime("x", "%Y"))
    attempt(lambda: datetime.strptime("2024 ", "%Y"))
    attempt(lambda: repr(clock.fromisoformat("T12:30:15.25")))
    attempt(lambda: clock(25))


def zones():
    berlin = Berlin()
    for month in range(1, 13, 2):
        noon = datetime(2024, month, 30, 12, tzinfo=UTC)
        print(noon.astimezone(berlin), noon.astimezone(berlin).tzname())
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    york = zoneinfo.ZoneInfo("America/New_York")
    print(sorted(zoneinfo.available_timezones()), len(zoneinfo.TZPATH))
    gap = datetime(2024, 3, 31, 2, 30, tzinfo=zone)
    fold = [datetime(2024, 10, 27, 2, 30, tzinfo=zone, fold=f) for f in (0, 1)]
    print(gap, gap.astimezone(UTC), [f.utcoffset() for f in fold], fold[0] == fold[1], fold[1].timestamp() - fold[0].timestamp())
    print(datetime(2024, 1, 1, tzinfo=york).astimezone(zone), zone, repr(york), york.tzname(gap), datetime(1890, 1, 1, tzinfo=york).utcoffset())
    print(zone is zoneinfo.ZoneInfo("Europe/Berlin"), datetime(2060, 8, 1, tzinfo=zone).dst())
    attempt(lambda: zoneinfo.ZoneInfo("No/Where"))
    attempt(lambda: zoneinfo.ZoneInfo("../etc/passwd"))


def stamps():
    print(datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(1e9 + 0.25, UTC), datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC).timestamp())
    print(time.gmtime(86400 * 365), time.strftime("%Y-%m-%d", time.gmtime(951782400)), calendar.timegm((2000, 2, 29, 0, 0, 0)))
    print(time.strptime("29 Feb 2000", "%d %b %Y")[:8], time.asctime((2001, 9, 9, 1, 46, 40, 6, 252, 0)))
    print(calendar.isleap(1900), calendar.leapdays(1900, 2001), calendar.monthrange(2024, 2), calendar.weekday(1969, 7, 20))
    print(calendar.TextCalendar(6).formatmonth(2024, 9), end="")
    print(calendar.monthcalendar(2021, 2), list(calendar.Calendar(3).itermonthdays2(2021, 2))[:5])
    print(timezone.utc, timezone(timedelta(hours=1), "X").tzname(None), timezone(timedelta(seconds=-1)))
    attempt(lambda: timezone(timedelta(days=1)))


for part in (arithmetic, text, zones, stamps):
    print("--", part.__name__)
    part()
