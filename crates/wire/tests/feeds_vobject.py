"""Reads a feed with Python's vobject, whose time zones are dateutil's reading of each VTIMEZONE, and prints what feeds.py prints."""
import sys
from datetime import timezone

import vobject

calendar = vobject.readOne(sys.stdin.buffer.read().decode())
zones = [zone.tzid.value for zone in calendar.vtimezone_list]
print("|".join(["calendar", calendar.x_wr_calname.value, ",".join(zones)]))
for event in calendar.vevent_list:
    def utc(moment):
        return moment.value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    print("|".join([event.uid.value, utc(event.dtstart), utc(event.dtend), event.summary.value, event.sequence.value, event.transp.value]))
