/* "Ring this phone": asks the browser for a push subscription and hands it to the form of the page, which goes its usual way. Only on the
   page of contact methods; without it that page says what is needed. */
(() => {
  "use strict";
  const box = document.getElementById("push");
  if (!box) return;
  const form = box.querySelector("form"), state = document.getElementById("push-state"), button = form.querySelector("button");
  const say = (text) => { if (state.textContent !== text) state.textContent = text; };
  const installed = window.matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent);

  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    button.disabled = true;
    say(apple && !installed
      ? "On an iPhone or iPad: share this page, Add to Home Screen, open Nightbell from there, and come back here."
      : window.isSecureContext ? "This browser has no push messages. Use another browser, or another way to be reached."
        : "Push messages need an https:// address. Ask whoever runs this Nightbell to set one up.");
    return;
  }
  if (Notification.permission === "denied") say("Notifications of this site are blocked in this browser. Allow them in its settings for this site, then press again.");

  /* base64url to the 65 bytes of the key. */
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const same = (a, b) => a && a.byteLength === b.length && new Uint8Array(a).every((byte, n) => byte === b[n]);
  const name = () => {
    const agent = navigator.userAgent;
    const found = [["iPhone", "iphone"], ["iPad", "ipad"], ["Android", "android"], ["Macintosh", "mac"], ["Windows", "windows"], ["Linux", "linux"]].find(([word]) => agent.includes(word));
    return found ? `push-${found[1]}` : "push";
  };

  async function subscription() {
    const key = bytes(box.dataset.pushKey);
    const registration = await navigator.serviceWorker.register("/sw.js", { scope: "/" });
    await navigator.serviceWorker.ready;
    const known = await registration.pushManager.getSubscription();
    /* One made for another key rings no more. */
    if (known && same(known.options.applicationServerKey, key)) return known;
    if (known) await known.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      say("Asking this browser…");
      if (await Notification.requestPermission() !== "granted") {
        say("Without your permission nothing rings. Allow notifications of this site in the browser's settings, then press again.");
        return;
      }
      const { endpoint, keys } = (await subscription()).toJSON();
      const fields = { endpoint, p256dh: keys.p256dh, auth: keys.auth, name: name() };
      for (const [field, value] of Object.entries(fields)) form.elements.namedItem(field).value = value;
      say("Sending a test message to this phone…");
      form.submit();
    } catch (error) {
      say(`This browser could not be set up: ${error.message || error}. Try again, or use another browser.`);
    } finally {
      button.disabled = false;
    }
  });
})();
