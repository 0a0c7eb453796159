/* The service worker: rings this phone when a push message comes, although no page is open. It shows what it is told
   (`wire::outbound::push` is the other side), keeps nothing, caches nothing, and answers no page's requests.
   A press on Acknowledge (or Still on it) is a human's: it posts to the signed link of the message and says what came of it. */
"use strict";

/* A path of this server; whatever else a message says is not followed. */
const local = (path) => {
  try {
    const url = new URL(path, self.location.origin);
    if (url.origin === self.location.origin) return url.href;
  } catch { /* not an address */ }
  return `${self.location.origin}/`;
};

/* Without pictures of its own: a browser loads them before it shows anything, and a ring must not wait for a bad network. */
const show = (title, options) => self.registration.showNotification(title, options);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = null;
  try { told = event.data.json(); } catch { /* nothing that can be read: ring all the same */ }
  event.waitUntil(ring(told || { title: "Nightbell", body: "Something rings. Open Nightbell to see it.", url: "/", rings: true }));
});

function ring(told) {
  const actions = [];
  if (told.ack) actions.push({ action: "ack", title: String(told.button || "Acknowledge") });
  if (told.code) actions.push({ action: "rang", title: "It rang" });
  if (told.ack || !told.code) actions.push({ action: "open", title: "Open" });
  const rings = Boolean(told.rings);
  return show(String(told.title || "Nightbell"), {
    body: String(told.body || ""),
    tag: told.tag || undefined,
    renotify: Boolean(told.tag) && rings,
    requireInteraction: rings,
    silent: !rings,
    vibrate: rings ? [300, 100, 300, 100, 600] : undefined,
    timestamp: Date.parse(told.sent_at) || Date.now(),
    actions,
    data: { url: told.url, ack: told.ack, button: told.button, code: told.code, tag: told.tag },
  });
}

self.addEventListener("notificationclick", (event) => {
  const data = event.notification.data || {};
  const title = event.notification.title;
  event.notification.close();
  if (event.action === "ack" && data.ack) event.waitUntil(acknowledge(title, data));
  else if (event.action === "rang" && data.code) event.waitUntil(rang(data));
  else event.waitUntil(open(data.url));
});

async function open(path) {
  const url = local(path || "/");
  for (const client of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    if (client.url === url) return client.focus();
  }
  return self.clients.openWindow(url);
}

/* What came of a press is a notification too: whoever pressed may have put the phone away already. */
async function acknowledge(title, data) {
  const said = await post(data.ack, "", "omit");
  if (said.outcome === "done") {
    return show(said.text, { body: title, tag: data.tag, silent: true, actions: [{ action: "open", title: "Open" }], data: { url: data.url } });
  }
  return show(data.button && data.button !== "Acknowledge" ? `Not stored: ${data.button}` : "Not acknowledged", {
    body: `${said.text}\n${title}`,
    tag: data.tag,
    renotify: Boolean(data.tag),
    requireInteraction: true,
    actions: [{ action: "ack", title: "Try again" }, { action: "open", title: "Open" }],
    data,
  });
}

/* Proves that this browser rings. Signed in elsewhere only, the page asks for the code instead. */
async function rang(data) {
  const subscription = await self.registration.pushManager.getSubscription();
  const said = await post("/settings/reach/push/rang", new URLSearchParams({ code: data.code, endpoint: subscription ? subscription.endpoint : "" }), "same-origin");
  if (said.outcome === "done") return show("This phone is verified", { body: said.text, tag: data.tag, silent: true, data: { url: "/settings/reach" } });
  return open("/settings/reach");
}

async function post(path, body, credentials) {
  try {
    const answer = await fetch(local(path), { method: "POST", body, credentials, redirect: "error" });
    const said = await answer.json();
    return { outcome: String(said.outcome || "refused"), text: String(said.text || "") };
  } catch {
    return { outcome: "unknown", text: "No answer from Nightbell: it may ring on. Open it, or try again." };
  }
}

/* The browser gave this phone another address: told with what only this browser and the server know of the old one. */
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event.oldSubscription, event.newSubscription)));

async function renew(before, after) {
  if (!before) return;
  const key = before.options && before.options.applicationServerKey;
  const now = after || (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const [old, fresh] = [before.toJSON(), now.toJSON()];
  await post("/callbacks/push/renew", new URLSearchParams({
    old_endpoint: old.endpoint, old_auth: old.keys.auth,
    endpoint: fresh.endpoint, p256dh: fresh.keys.p256dh, auth: fresh.keys.auth,
  }), "omit");
}
