"""Shifts by a third hand: Python's zoneinfo and a reading of docs/schedules.md that knows nothing of Nightbell's code.

One zone a line in, one line out, both JSON (see zoneinfo.rs). Civil times are naive datetimes, instants are seconds
since 1970.
"""

import calendar
import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1)
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# The years of which Nightbell says that it knows public holidays.
PUBLIC_YEARS = range(2024, 2033)
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def offset_at(zone, second):
    return int(datetime.fromtimestamp(second, timezone.utc).astimezone(zone).utcoffset().total_seconds())


def as_if_utc(civil):
    return int((civil - EPOCH).total_seconds())


def instant(zone, civil):
    """An ambiguous time is its first occurrence; a skipped one moves forward to the end of what is skipped."""
    first = as_if_utc(civil) - int(civil.replace(tzinfo=zone, fold=0).utcoffset().total_seconds())
    if first + offset_at(zone, first) == as_if_utc(civil):
        return first
    # The clock never shows it. It jumps where the wall clock goes from before to after that time.
    low, high = first - 2 * 86400, first + 2 * 86400
    while high - low > 1:
        middle = (low + high) // 2
        if middle + offset_at(zone, middle) >= as_if_utc(civil):
            high = middle
        else:
            low = middle
    return high


def agrees(zone, steps):
    """Whether this machine's data and Nightbell's say the same about a zone: `steps` are [second, offset after]."""
    for (begin, offset), (end, _) in zip(steps, steps[1:]):
        for second in [begin, end - 1, *range(begin, end, 10 * 86400)]:
            if offset_at(zone, second) != offset:
                return False
    return True


def length(text):
    for unit in ("mo", "w", "d", "h"):
        if text.endswith(unit):
            return int(text[: -len(unit)]), unit
    raise ValueError(text)


def add_months(civil, months):
    year, month = divmod(civil.year * 12 + civil.month - 1 + months, 12)
    day = min(civil.day, calendar.monthrange(year, month + 1)[1])
    return civil.replace(year=year, month=month + 1, day=day)


def turns(zone, layer, until):
    """[begin, end, slot] of each turn, one after the other."""
    every = layer["every"] if isinstance(layer["every"], list) else [layer["every"]]
    starts = datetime.fromisoformat(layer["starts"])
    begin, total, number = instant(zone, starts), 0, 0
    first, found = begin, []
    while begin < until:
        count, unit = length(every[number % len(every)])
        total += count
        if unit == "h":
            end = first + total * 3600
        elif unit == "mo":
            end = instant(zone, add_months(starts, total))
        else:
            # One list has days or weeks only, so that the total is of one unit.
            end = instant(zone, starts + timedelta(**{UNITS[unit]: total}))
        found.append((begin, end, layer["members"][number % len(layer["members"])]))
        begin, number = end, number + 1
    return found


def at(day, clock):
    hour, minute = map(int, clock.split(":"))
    return day + timedelta(hours=hour, minutes=minute)


def spans_of_hours(zone, hours, begin, end):
    """The union of the spans in which a layer's hours hold."""
    spans = []
    day = EPOCH + timedelta(days=begin // 86400 - 12)
    while as_if_utc(day) < end + 3 * 86400:
        for one in hours:
            if one.get("days"):
                if DAYS[day.weekday()] in one["days"]:
                    civil_to = at(day, one["to"])
                    if one["to"] <= one["from"]:
                        civil_to += timedelta(days=1)
                    spans.append((instant(zone, at(day, one["from"])), instant(zone, civil_to)))
                continue
            first, clock = one["from"].split(" ")
            last, clock_to = one["to"].split(" ")
            if DAYS[day.weekday()] == first:
                civil_from = at(day, clock)
                civil_to = at(day, clock_to)
                while civil_to <= civil_from or DAYS[(civil_to - timedelta(seconds=1)).weekday()] != last and DAYS[civil_to.weekday()] != last:
                    civil_to += timedelta(days=1)
                spans.append((instant(zone, civil_from), instant(zone, civil_to)))
        day += timedelta(days=1)
    return spans


def easter(year):
    """Gauss, as Lilius and Clavius corrected him."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return datetime(year, f // 31, f % 31 + 1)


def holidays_of(said, year):
    days = [datetime.fromisoformat(day) for day in said.get("days", [])]
    if said.get("country") == "DE" and year in PUBLIC_YEARS:
        days += [datetime(year, *day) for day in [(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)]]
        days += [easter(year) + timedelta(days=later) for later in (-2, 1, 39, 50)]
    return [day for day in days if day.year == year]


def spans_of_holidays(zone, said, begin, end):
    """Civil days, from midnight to midnight as the clock has come to it."""
    years = {(EPOCH + timedelta(seconds=second)).year for second in (begin - 86400, end + 86400)}
    days = [day for year in years for day in holidays_of(said, year)]
    return [(instant(zone, day), instant(zone, day + timedelta(days=1))) for day in days]


def edge(zone, text):
    if text.endswith("Z"):
        return as_if_utc(datetime.fromisoformat(text[:-1]))
    return instant(zone, datetime.fromisoformat(text))


def take_place(those, user, place):
    """Somebody stands where one person stood; nobody stands there twice."""
    if place not in those:
        return those
    if user in those and those[0] != place:
        return [one for one in those if one != place]
    return [user if one == place else one for one in those if one != user]


def on_call(slot, overrides):
    """What overrides make of a turn, each of what those before it made."""
    have, join, lead = list(slot), [], []
    for one in overrides:
        user, place, kind = one["user"], one.get("instead_of"), one.get("kind", "replace")
        if kind == "add":
            join.append(user)
        elif kind == "reverse-shadow":
            lead.append(user)
        elif kind == "replace" and place is None:
            have = [user]
        elif kind == "replace" and place != user:
            have = take_place(have, user, place)
            join = [user if other == place else other for other in join]
            lead = [user if other == place else other for other in lead]
    for user in join:
        if user not in have:
            have.append(user)
    for user in lead:
        if have and have[0] != user:
            have = [user] + [other for other in have if other != user]
    return have or None


def holds(spans, second):
    return any(begin <= second < end for begin, end in spans)


class Version:
    """One version of the schedule, with everything turned into spans."""

    def __init__(self, zone, schedule, begin, end):
        self.layers = []
        for layer in schedule["layers"]:
            hours = spans_of_hours(zone, layer["hours"], begin, end) if layer.get("hours") else [(begin, end)]
            said = layer.get("holidays")
            days = spans_of_holidays(zone, said, begin, end) if said else []
            self.layers.append((turns(zone, layer, end), hours, days, said and said["on"]))
        self.overrides = [(edge(zone, o["from"]), edge(zone, o["to"]), o) for o in schedule.get("overrides", [])]

    def cuts(self):
        for found, hours, days, _ in self.layers:
            yield from (cut for span in [*found, *hours, *days] for cut in span[:2])
        yield from (cut for span in self.overrides for cut in span[:2])

    def slot(self, second):
        """The highest layer that is on and has somebody."""
        who = []
        for found, hours, days, rule in self.layers:
            works = rule is None or holds(days, second) == (rule == "only")
            if works and holds(hours, second):
                for begin, end, slot in found:
                    if begin <= second < end and slot != "nobody":
                        who = [slot] if isinstance(slot, str) else slot
        return who


def shifts(zone, case):
    begin, end, rota = case["from"], case["to"], case["rota"]
    versions = []
    for said in rota["versions"]:
        since = edge(zone, said["from"]) if said.get("from") else -(10**15)
        versions.append((since, Version(zone, said["schedule"], begin, end)))
    agreed = [(edge(zone, o["from"]), edge(zone, o["to"]), o) for o in rota.get("overrides", [])]
    cuts = {begin, end, *(since for since, _ in versions), *(cut for span in agreed for cut in span[:2])}
    for _, version in versions:
        cuts.update(version.cuts())
    cuts = sorted(cut for cut in cuts if begin <= cut <= end)
    result = []
    for low, high in zip(cuts, cuts[1:]):
        version = [version for since, version in versions if since <= low][-1]
        covering = [o for first, last, o in version.overrides + agreed if first <= low < last]
        who = on_call(version.slot(low), covering)
        if result and result[-1][1] == low and result[-1][2] == who:
            result[-1][1] = high
        elif who is not None:
            result.append([low, high, who])
    return result


for line in sys.stdin:
    asked = json.loads(line)
    try:
        zone = ZoneInfo(asked["zone"])
    except Exception:  # noqa: BLE001: whatever the reason, this machine cannot say
        print(json.dumps({"agrees": False, "shifts": []}), flush=True)
        continue
    if agrees(zone, asked["steps"]):
        print(json.dumps({"agrees": True, "shifts": [shifts(zone, case) for case in asked["cases"]]}), flush=True)
    else:
        print(json.dumps({"agrees": False, "shifts": []}), flush=True)
