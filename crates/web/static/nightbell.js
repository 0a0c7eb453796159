/* Nightbell's one script. Every page works without it; with it a page keeps itself fresh, its clocks run and its keys answer.
   What it must keep: it never shows more than a reload would (it fetches the same address and morphs `[data-live]` elements
   by id), never loses what somebody is typing, never moves the focus, and says calmly when the live stream is gone. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  document.documentElement.classList.add("scripted");

  /* ---- Clocks: the same words as views/time.rs ---- */
  const two = (n) => String(n).padStart(2, "0");
  const span = (s) => {
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    if (h >= 48) return `${Math.floor(h / 24)} d ${h % 24} h`;
    return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };
  const rough = (s) => s < 5 ? "" : s < 60 ? `${s} s` : s < 5400 ? `${Math.floor(s / 60)} min`
    : s < 172800 ? `${Math.floor((s + 1800) / 3600)} h` : `${Math.floor(s / 86400)} d`;
  const relative = (gone) => {
    const words = rough(Math.abs(gone));
    return !words ? "just now" : gone > 0 ? `${words} ago` : `in ${words}`;
  };
  const write = (el, text) => { if (el.textContent !== text) el.textContent = text; };
  let skew = 0; // server clock minus ours, in ms; known after the first refresh
  function tick() {
    const now = Date.now() + skew;
    for (const el of all("time[data-countdown]")) {
      const left = Math.round((Date.parse(el.dateTime) - now) / 1000);
      if (Number.isNaN(left)) continue;
      write(el, left < 0 ? `+${span(-left)}` : span(left));
      const tone = el.parentElement;
      if (left < 0 && tone.classList.contains("due")) tone.classList.replace("due", "act");
    }
    for (const el of all("time[data-since]")) {
      const gone = Math.round((now - Date.parse(el.dateTime)) / 1000);
      if (!Number.isNaN(gone)) write(el, span(Math.max(0, gone)));
    }
    for (const el of all("time[data-ago]")) {
      const gone = Math.round((now - Date.parse(el.dateTime)) / 1000);
      if (!Number.isNaN(gone)) write(el, relative(gone));
    }
  }
  /* The browser's own zone in the title, where the page itself could only print UTC. */
  function localTitles() {
    for (const el of all("time[datetime]:not([data-titled])")) {
      const at = new Date(el.dateTime);
      el.dataset.titled = "";
      if (!Number.isNaN(at.getTime()) && at.getTimezoneOffset() !== 0 && !el.title.includes("·")) {
        el.title += ` · ${at.toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })} here`;
      }
    }
  }

  /* ---- Morph: make `from` look like `to` without replacing what is already right.
     Only attributes and nodes are set, never `.value` or `.checked`: the browser itself then keeps whatever a person
     has typed or ticked. `open` is the reader's, not the server's. ---- */
  const mine = new Set(["open", "data-titled"]);
  const alike = (a, b) => a.nodeName === b.nodeName && (a.id || "") === (b.id || "");
  function morph(from, to) {
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    for (const { name } of [...from.attributes]) if (!mine.has(name) && !to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (!mine.has(name) && from.getAttribute(name) !== value) from.setAttribute(name, value);
    let at = from.firstChild;
    for (const want of [...to.childNodes]) {
      const have = want.id ? [...from.children].find((n) => alike(n, want)) : at && alike(at, want) ? at : null;
      if (!have) {
        const fresh = document.importNode(want, true);
        from.insertBefore(fresh, at);
        if (want.id && fresh.classList) fresh.classList.add("fresh");
        continue;
      }
      if (have !== at) from.insertBefore(have, at);
      morph(have, want);
      at = have.nextSibling;
    }
    while (at) { const next = at.nextSibling; at.remove(); at = next; }
  }
  /* Returns how many live elements the other document had in common with this one. */
  function take(doc) {
    let met = 0;
    for (const el of all("[data-live]")) {
      const other = el.id && doc.getElementById(el.id);
      if (other) { met += 1; morph(el, other); }
    }
    document.title = doc.title || document.title;
    tick();
    localTitles();
    return met;
  }
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  /* ---- Live: an event only says "look again" ---- */
  const stream = document.body.dataset.liveStream;
  const stateLine = byId("live-state");
  function say(text) {
    if (!stateLine) return;
    stateLine.hidden = !text;
    write(stateLine, text);
  }
  let fetching = false, again = false;
  async function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store", headers: { Accept: "text/html" } });
      const date = Date.parse(answer.headers.get("Date") || "");
      if (!Number.isNaN(date) && Math.abs(date - Date.now()) > 3000) skew = date - Date.now();
      if (answer.redirected && new URL(answer.url).pathname !== location.pathname) say("You are signed out. Reload to go on.");
      else if (answer.ok) take(parse(await answer.text()));
    } catch { lost(); }
    fetching = false;
    if (again) { again = false; setTimeout(refresh, 150); }
  }
  let source = null, lostAt = 0, wait = 1000, timer = 0;
  function lost() {
    if (!stream) return;
    lostAt = lostAt || Date.now();
    if (timer) return;
    timer = setInterval(() => {
      const gone = Date.now() - lostAt;
      if (gone > 60000) say(`Not live for ${rough(Math.round(gone / 1000))}. Still trying; reload to be sure.`);
      else if (gone > 2000) say("Reconnecting…");
    }, 1000);
  }
  function found() {
    clearInterval(timer);
    timer = 0;
    wait = 1000;
    say("");
    if (lostAt) { lostAt = 0; refresh(); }
  }
  function listen() {
    if (source) source.close();
    source = new EventSource(stream); // reconnects by itself, with Last-Event-ID, while the server is only unreachable
    source.onopen = found;
    source.onmessage = refresh;
    source.onerror = () => {
      lost();
      if (source.readyState === EventSource.CLOSED) { // refused with a status: ask again ourselves, ever more slowly
        setTimeout(listen, wait);
        wait = Math.min(wait * 2, 30000);
      }
    };
  }
  if (stream) {
    listen();
    // A phone that slept has dropped the stream without saying so.
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); listen(); } });
    addEventListener("online", () => { refresh(); listen(); });
    addEventListener("pageshow", (e) => { if (e.persisted) { refresh(); listen(); } });
    addEventListener("pagehide", () => source && source.close());
  }

  /* ---- Forms in the room go without leaving the page, so that a half-typed note survives a press elsewhere ---- */
  function message(text, kind) {
    const main = byId("main");
    let box = byId("flash-box");
    if (!box) { box = document.createElement("div"); box.id = "flash-box"; main.prepend(box); }
    box.replaceChildren();
    if (!text) return;
    const p = document.createElement("p");
    p.className = `flash ${kind}`;
    p.setAttribute("role", "status");
    p.textContent = text;
    box.append(p);
  }
  const inFlight = new WeakSet();
  async function quick(form, submitter) {
    if (inFlight.has(form)) return;
    inFlight.add(form);
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", credentials: "same-origin", body: new URLSearchParams(new FormData(form, submitter)) });
      const doc = parse(await answer.text());
      const moved = new URL(answer.url);
      const flash = doc.querySelector("#flash-box .flash");
      if (answer.ok && answer.redirected) {
        if (moved.pathname !== location.pathname) { location.assign(answer.url); return; }
        form.reset();
        const fold = form.closest("details");
        if (fold) fold.open = false;
        take(doc);
        message(flash ? flash.textContent : "", flash ? flash.className.replace("flash", "").trim() : "ok");
      } else {
        const same = form.id && doc.getElementById(form.id);
        if (take(doc) > 0) { if (same) morph(form, same); message(flash ? flash.textContent : "", "act"); }
        else message(all("main h1, main section p", doc).map((n) => n.textContent.trim()).filter(Boolean).join(" · ") || `Not done (${answer.status}).`, "act");
      }
    } catch {
      message("Not sent: no connection. Nothing is lost; press again when the line is back.", "act");
    } finally {
      inFlight.delete(form);
      form.removeAttribute("aria-busy");
    }
  }
  document.addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || form.method !== "post") return;
    if (form.closest("main.room")) { e.preventDefault(); quick(form, e.submitter); return; }
    if (inFlight.has(form)) e.preventDefault(); // a second press of the thumb is not a second command
    else { inFlight.add(form); setTimeout(() => inFlight.delete(form), 4000); }
  });

  /* ---- Previews while typing: what the Preview button does, without the press ---- */
  for (const form of all("form[data-preview]")) {
    let pause = 0, turn = 0;
    form.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(async () => {
        const now = ++turn;
        const body = new URLSearchParams(new FormData(form));
        body.set("step", form.dataset.preview || "preview");
        try {
          const answer = await fetch(form.action, { method: "POST", credentials: "same-origin", body });
          const text = await answer.text();
          if (now === turn && !answer.redirected) take(parse(text));
        } catch { /* the button still works */ }
      }, 700);
    });
  }

  /* ---- Keys ---- */
  const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.nodeName));
  const labelOf = (el) => el.dataset.keyLabel || el.getAttribute("aria-label") || el.textContent.trim().replace(/\s+/g, " ");
  function showKeys() {
    const list = byId("keys-list");
    list.replaceChildren();
    const rows = [...all("[data-key]").map((el) => [el.dataset.key, labelOf(el)]), ["?", "These keys"], ["Esc", "Leave the field, close this"]];
    for (const [key, label] of rows) {
      const dt = document.createElement("dt"), dd = document.createElement("dd");
      for (const part of key.split(" ")) { const kbd = document.createElement("kbd"); kbd.textContent = part; dt.append(kbd, " "); }
      dd.textContent = label;
      list.append(dt, dd);
    }
    byId("keys").showModal();
  }
  let prefix = "", prefixTimer = 0;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === "Escape") {
      if (typing(e.target)) e.target.blur();
      for (const d of all("details.pop[open]")) d.open = false;
      return;
    }
    if (typing(e.target) || document.querySelector("dialog[open]")) return;
    if (e.key === "?") { e.preventDefault(); showKeys(); return; }
    const key = prefix ? `${prefix} ${e.key}` : e.key;
    prefix = "";
    const target = all("[data-key]").find((el) => el.dataset.key === key);
    if (target) {
      e.preventDefault();
      if (typing(target)) target.focus();
      else { target.focus(); target.click(); }
    } else if (e.key === "g") {
      prefix = "g";
      clearTimeout(prefixTimer);
      prefixTimer = setTimeout(() => { prefix = ""; }, 1500);
    }
  });
  document.addEventListener("click", (e) => {
    const opener = e.target.closest("[data-opens]");
    if (opener) showKeys();
    const copy = e.target.closest("[data-copy]");
    if (copy && navigator.clipboard) navigator.clipboard.writeText(copy.dataset.copy).then(() => { write(copy, "Copied"); setTimeout(() => write(copy, "Copy"), 2000); }, () => write(copy, "Select and copy"));
    for (const d of all("details.pop[open]")) if (!d.contains(e.target)) d.open = false;
    const to = e.target.closest("a[href^='#']"); // a link to a closed fold opens it
    const fold = to && byId(to.getAttribute("href").slice(1))?.querySelector(":scope > details, details.rule");
    if (fold && to.hash.startsWith("#rule-")) fold.open = true;
  });

  /* A file is read into the field it belongs to: what is sent is what can be seen, and pasting it works as well. */
  document.addEventListener("change", async (e) => {
    const [into, file] = [e.target.dataset?.readsInto, e.target.files?.[0]];
    if (into && file) byId(into).value = await file.text();
  });

  /* On a phone the navigation scrolls sideways: the page being shown must be in sight. */
  const here = document.querySelector(".nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - (here.parentElement.clientWidth - here.offsetWidth) / 2;

  tick();
  localTitles();
  setInterval(tick, 1000);
})();
