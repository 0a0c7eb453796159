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


def holds(spans, second):
    return any(begin <= second < end for begin, end in spans)


def shifts(zone, case):
    begin, end, schedule = case["from"], case["to"], case["schedule"]
    layers = []
    for layer in schedule["layers"]:
        hours = spans_of_hours(zone, layer["hours"], begin, end) if layer.get("hours") else [(begin, end)]
        layers.append((turns(zone, layer, end), hours))
    overrides = [
        (instant(zone, datetime.fromisoformat(o["from"])), instant(zone, datetime.fromisoformat(o["to"])), o["user"])
        for o in schedule.get("overrides", [])
    ]
    cuts = {begin, end}
    for found, hours in layers:
        cuts.update(edge for span in found for edge in span[:2])
        cuts.update(edge for span in hours for edge in span)
    cuts.update(edge for span in overrides for edge in span[:2])
    cuts = sorted(cut for cut in cuts if begin <= cut <= end)
    result = []
    for low, high in zip(cuts, cuts[1:]):
        who = None
        for found, hours in layers:
            if holds(hours, low):
                for turn_begin, turn_end, slot in found:
                    if turn_begin <= low < turn_end and slot != "nobody":
                        who = slot
        for override_begin, override_end, user in overrides:
            if override_begin <= low < override_end:
                who = user
        who = [who] if isinstance(who, str) else who
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
