"""Reads a feed with Python's icalendar and prints each event as that library understands it, times in UTC."""
import sys
from datetime import timezone

import icalendar

calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
for zone in calendar.walk("VTIMEZONE"):
    zone.to_tz()
print("|".join(["calendar", str(calendar["X-WR-CALNAME"]), ",".join(zones)]))
for event in calendar.walk("VEVENT"):
    def utc(name):
        return event.decoded(name).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    print("|".join([str(event["UID"]), utc("DTSTART"), utc("DTEND"), str(event["SUMMARY"]), str(event["SEQUENCE"]), str(event["TRANSP"])]))
