/* Choosing a span on the last lane of a schedule: drag with a mouse, tap and tap again with a finger, arrows and Enter by keyboard. It only
   opens the form that every stretch links to anyway, with begin and end filled in; without it the links do. */
(() => {
  "use strict";
  const lanes = document.querySelector(".lanes[data-opens-span]");
  if (!lanes) return;
  const step = Number(lanes.dataset.step) * 60000;
  const NS = "http://www.w3.org/2000/svg";
  const weeks = [...lanes.querySelectorAll("svg[data-from]")].map((svg) => {
    const lane = svg.querySelector("[data-last]");
    return { svg, lane, from: Date.parse(svg.dataset.from), to: Date.parse(svg.dataset.to), y: Number(lane.dataset.y), h: Number(lane.dataset.h) };
  });
  if (!weeks.length) return;
  const first = weeks[0].from, end = weeks[weeks.length - 1].to;
  const earliest = () => Math.max(first, first + Math.floor((Date.now() - first) / step) * step);
  const snap = (at) => first + Math.floor((at - first) / step) * step;
  const clamp = (at) => Math.min(Math.max(at, earliest()), end - step);

  const words = document.createElement("p");
  words.className = "picked-words";
  words.id = "picked-words";
  words.setAttribute("role", "status");
  words.hidden = true;
  lanes.after(words);
  const say = (text) => { words.hidden = !text; if (words.textContent !== text) words.textContent = text; };

  /* What lies at an instant: the words of the link there. */
  const whoAt = (at) => {
    const week = weeks.find((w) => w.from <= at && at < w.to);
    if (!week) return "";
    const box = week.svg.getBoundingClientRect();
    const x = box.left + (at - week.from + 1) / (week.to - week.from) * box.width;
    const found = [...week.lane.querySelectorAll("svg")].find((s) => { const b = s.getBoundingClientRect(); return b.left <= x && x <= b.right; });
    return found ? found.querySelector("title").textContent.split(":")[0] : "";
  };
  const clock = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: lanes.dataset.zone || undefined });
  const shown = (at) => clock.format(new Date(at));

  function mark(name, from, to) {
    for (const week of weeks) {
      let rect = week.svg.querySelector(`rect.${name}`);
      const a = Math.max(from, week.from), b = Math.min(to, week.to);
      if (a >= b) { if (rect) rect.remove(); continue; }
      if (!rect) { rect = document.createElementNS(NS, "rect"); rect.setAttribute("class", name); rect.setAttribute("rx", 4); week.svg.append(rect); }
      const whole = week.to - week.from;
      rect.setAttribute("x", `${(a - week.from) / whole * 100}%`);
      rect.setAttribute("width", `${(b - a) / whole * 100}%`);
      rect.setAttribute("y", week.y);
      rect.setAttribute("height", week.h);
    }
  }
  const clear = () => { mark("picked", 0, 0); say(""); };
  const iso = (at) => new Date(at).toISOString().replace(".000Z", "Z");
  const open = (a, b) => location.assign(`${lanes.dataset.opensSpan}?from=${iso(Math.max(Math.min(a, b), Math.min(Date.now(), Math.max(a, b))))}&to=${iso(Math.max(a, b) + step)}`);
  const pick = (a, b, more) => {
    const from = Math.min(a, b), to = Math.max(a, b) + step;
    mark("picked", from, to);
    say(`${shown(from)} to ${shown(to)}${more}`);
  };

  /* ---- Pointer ---- */
  const at = (event) => {
    const week = weeks.find((w) => { const b = w.svg.getBoundingClientRect(); return event.clientY >= b.top && event.clientY <= b.bottom; });
    if (!week) return null;
    const box = week.svg.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999);
    return clamp(snap(week.from + share * (week.to - week.from)));
  };
  const onLast = (event) => event.target.closest && event.target.closest("[data-last]");
  let begun = null, dragged = false, tapped = null;
  lanes.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0 || !onLast(event)) return;
    begun = at(event);
    dragged = false;
  });
  addEventListener("pointermove", (event) => {
    if (begun === null) return;
    const now = at(event);
    if (now === null || (now === begun && !dragged)) return;
    dragged = true;
    pick(begun, now, "");
  });
  addEventListener("pointerup", (event) => {
    if (begun === null) return;
    const from = begun, now = at(event);
    begun = null;
    if (dragged && now !== null) open(from, now); else clear();
  });
  lanes.addEventListener("dragstart", (event) => event.preventDefault());
  let kind = "mouse";
  lanes.addEventListener("pointerdown", (event) => { kind = event.pointerType; }, true);
  lanes.addEventListener("click", (event) => {
    if (!onLast(event)) return;
    if (dragged) { event.preventDefault(); dragged = false; return; }
    if (kind !== "touch" || event.detail === 0) return; // a press of the mouse or of Enter follows the link
    event.preventDefault();
    const now = at(event);
    if (now === null) return;
    if (tapped === null) { tapped = now; pick(now, now, ": tap where it ends, or here again"); return; }
    const from = tapped;
    tapped = null;
    open(from, now);
  });

  /* ---- Keyboard: one stop for the whole drawing; the links stay reachable by Tab ---- */
  lanes.tabIndex = 0;
  lanes.setAttribute("role", "application");
  lanes.setAttribute("aria-label", "Choose a span of the last lane. Arrows move, up and down by a week, Enter begins, Shift and arrows extend, Enter opens the form, Escape leaves it.");
  lanes.setAttribute("aria-describedby", "picked-words");
  let cursor = null, anchor = null;
  const tell = () => {
    mark("cursor", cursor, cursor + step);
    if (anchor !== null) pick(anchor, cursor, ". Enter opens the form.");
    else say(`${shown(cursor)}, ${whoAt(cursor)}`);
  };
  const moves = { ArrowLeft: -step, ArrowRight: step, ArrowUp: -604800000, ArrowDown: 604800000 };
  lanes.addEventListener("keydown", (event) => {
    if (event.target !== lanes || event.ctrlKey || event.metaKey || event.altKey) return;
    if (cursor === null) cursor = clamp(snap(Date.now()));
    if (event.key in moves) {
      if (event.shiftKey && anchor === null) anchor = cursor;
      cursor = clamp(cursor + moves[event.key]);
    } else if (event.key === "Home") cursor = clamp((weeks.find((w) => w.from <= cursor && cursor < w.to) || weeks[0]).from);
    else if (event.key === "End") cursor = clamp((weeks.find((w) => w.from <= cursor && cursor < w.to) || weeks[0]).to - step);
    else if (event.key === "Enter") {
      event.preventDefault();
      if (anchor === null) anchor = cursor;
      else { open(anchor, cursor); return; }
    } else if (event.key === "Escape") { anchor = null; mark("picked", 0, 0); }
    else return;
    event.preventDefault();
    tell();
  });
  lanes.addEventListener("focus", () => { if (cursor === null) cursor = clamp(snap(Date.now())); tell(); });
  lanes.addEventListener("blur", () => { mark("cursor", 0, 0); if (anchor === null) say(""); });
})();
