// A phone that rings by itself: it can be installed, its service worker runs under the strict policy, it is set up in one press, and what the
// server sends is opened, shown, and answered from the notification. A browser under test has no push service behind it, so the test alone
// says what `pushManager` would answer, and hands the opened message to the worker by the browser's own tools.
import { assert, check } from '../lib/checks.mjs';
import { PHONE, faults, open, paper, picture } from '../lib/browser.mjs';
import { pushService } from '../lib/push.mjs';

const clean = async (page) => {
  const found = await faults(page);
  assert(found.length === 0, found.join('\n'));
};

/** Hands a message to the worker as the browser's push client does. */
async function deliver(phone, message) {
  const { headers, ...told } = message;
  await phone.devtools.send('ServiceWorker.deliverPushMessage', { origin: phone.origin, registrationId: phone.registration, data: JSON.stringify(told) });
}

/** Notes what the worker shows, and when the browser has it on the screen: whoever asks for the notifications before that makes the browser
    forget the one that is on its way. */
async function listen(phone) {
  await phone.worker.evaluate(() => {
    const show = self.registration.showNotification.bind(self.registration);
    self.told = [];
    self.registration.showNotification = (title, options) => {
      const done = show(title, options);
      self.told.push({ title, done });
      return done;
    };
  });
}

/** The notification with a title, once it is shown; nothing when the worker shows none within ten seconds. */
async function shown(phone, title) {
  return phone.worker.evaluate(async (wanted) => {
    for (let n = 0; n < 200; n += 1) {
      const at = self.told.findIndex((one) => one.title.includes(wanted));
      if (at >= 0) {
        await self.told.splice(at, 1)[0].done;
        const all = await self.registration.getNotifications();
        const one = all.find((n) => n.title.includes(wanted));
        return one ? { title: one.title, body: one.body, actions: one.actions, stays: one.requireInteraction, silent: one.silent, count: all.length } : null;
      }
      await new Promise((later) => setTimeout(later, 50));
    }
    return null;
  }, title);
}

/** A press on the notification, or on one of its buttons; answers where the worker wants to lead. An event that a script made has no life of its
    own, so the press waits for what the worker waits for, and until what was pressed is gone: the browser takes it away by its tag, and would
    take along what is shown by the same tag meanwhile. */
async function press(phone, title, action) {
  return phone.worker.evaluate(async ([wanted, action]) => {
    const notification = (await self.registration.getNotifications()).find((n) => n.title.includes(wanted));
    const event = new NotificationEvent('notificationclick', { notification, action });
    const work = [];
    let led = null;
    const { openWindow } = self.clients;
    event.waitUntil = (promise) => work.push(promise);
    self.clients.openWindow = async (url) => { led = url; };
    self.dispatchEvent(event);
    await Promise.all(work);
    self.clients.openWindow = openWindow;
    for (let n = 0; n < 200; n += 1) {
      if (!(await self.registration.getNotifications()).some((n) => n.title.includes(wanted))) return led;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`${wanted} is still shown after it was pressed`);
  }, [title, action]);
}

async function install(night, service) {
  const { server } = night;
  const state = await night.people.erin.context().storageState();
  const page = await open(night.browser, server.url, { viewport: PHONE, hasTouch: true, isMobile: true, storageState: state });
  await page.context().grantPermissions(['notifications'], { origin: server.url });
  await page.addInitScript((told) => {
    PushManager.prototype.subscribe = async (options) => {
      if (!options.userVisibleOnly || new Uint8Array(options.applicationServerKey).length !== 65) throw new Error('not as a browser wants it');
      return { toJSON: () => told };
    };
  }, service.subscription);
  const devtools = await page.context().newCDPSession(page);
  return { page, devtools, origin: server.url, registration: null, worker: null };
}

export async function push(night) {
  const service = await pushService();
  const { server } = night;
  const phone = await install(night, service);
  const { page, devtools } = phone;

  await check('push: Nightbell can be installed on a phone: manifest, icons, start and scope', async () => {
    await page.goto('/settings/reach');
    const { url, errors, data } = await devtools.send('Page.getAppManifest');
    assert(url.endsWith('/manifest.webmanifest') && errors.length === 0, `${url}: ${JSON.stringify(errors)}`);
    const manifest = JSON.parse(data);
    assert(manifest.display === 'standalone' && manifest.start_url === '/' && manifest.scope === '/', data);
    for (const icon of manifest.icons) {
      const answer = await fetch(new URL(icon.src, server.url));
      assert(answer.ok && answer.headers.get('content-type') === icon.type, `${icon.src}: ${answer.status} ${answer.headers.get('content-type')}`);
    }
    for (const shortcut of manifest.shortcuts) assert((await page.request.get(shortcut.url)).ok(), `${shortcut.url} leads nowhere`);
    // A context of a test is a private window, in which browsers install nothing: that one reason is the test's.
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    const others = installabilityErrors.filter((one) => one.errorId !== 'in-incognito');
    assert(others.length === 0, JSON.stringify(others));
  });

  await check('push: one press sets this phone up: permission, service worker under the strict policy, the form, the message', async () => {
    await devtools.send('ServiceWorker.enable');
    const registered = new Promise((found) => {
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const ours = registrations.find((one) => one.scopeURL === `${server.url}/`);
        if (ours) found(ours.registrationId);
      });
    });
    const started = page.context().waitForEvent('serviceworker');
    await page.getByRole('button', { name: 'Ring this phone' }).tap();
    await page.getByText('A message comes to it now').waitFor();
    [phone.registration, phone.worker] = [await registered, await started];
    assert(phone.worker.url() === `${server.url}/sw.js`, phone.worker.url());
    await listen(phone);
    await picture(page, 'push-set-up-360');
    await paper(page, 'push-set-up', 'article[id^=method-push]');
    await clean(page);
  });

  await check('push: the message with the code rings, and its button proves the phone', async () => {
    const code = await service.next('the code', (m) => m.kind === 'code');
    assert(code.headers.authorization.startsWith('vapid ') && code.headers['content-encoding'] === 'aes128gcm', JSON.stringify(code.headers));
    await deliver(phone, code);
    const there = await shown(phone, code.title);
    assert(there && there.stays && there.actions.some((one) => one.title === 'It rang'), JSON.stringify(there));
    await phone.worker.evaluate((told) => {
      self.registration.pushManager.getSubscription = async () => ({ endpoint: told.endpoint });
    }, service.subscription);
    await press(phone, code.title, 'rang');
    assert(await shown(phone, 'This phone is verified'), 'the worker does not say that it worked');
    await page.goto('/settings/reach');
    await page.locator('article[id^=method-push] .tag.ok').waitFor();
    // Erin has an order of her own, which does not know this phone: the page says that it would never ring.
    await page.getByText('Your order leaves it out').waitFor();
    await page.getByRole('combobox', { name: /^Push to a phone/ }).first().selectOption({ label: 'At once' });
    await page.getByRole('button', { name: 'Save the order' }).tap();
    await page.getByText('A page reaches you at once by push and the webhook.').or(page.getByText('A page reaches you at once by the webhook and push.')).waitFor();
    await clean(page);
  });

  await check('push: a page rings until somebody looks; the press on the notification leads to the alert without signing in', async () => {
    await server.api('POST', '/api/v1/pages', { who: ['@erin'], message: 'The card terminal is dead', urgency: 'high' });
    const rings = await service.next('the page', (m) => m.kind === 'page' && m.title.includes('card terminal'));
    night.pushed = rings;
    await deliver(phone, rings);
    const there = await shown(phone, 'card terminal');
    assert(there && there.stays && !there.silent && there.actions[0].title === 'Acknowledge', JSON.stringify(there));
    const led = await press(phone, 'card terminal', '');
    assert(led === new URL(rings.url, server.url).href, `led to ${led}`);
    const stranger = await open(night.browser, server.url, { viewport: PHONE, hasTouch: true, isMobile: true });
    await stranger.goto(led);
    await stranger.getByRole('button', { name: 'Acknowledge' }).waitFor();
    await clean(stranger);
    await stranger.context().close();
  });

  await check('push: Acknowledge on the notification takes the page, and what came of it replaces what lay there', async () => {
    const { pushed } = night;
    await deliver(phone, pushed);
    await shown(phone, 'card terminal');
    await press(phone, 'card terminal', 'ack');
    const [one] = await phone.worker.evaluate(async () => (await self.registration.getNotifications()).map((n) => ({ title: n.title, body: n.body, silent: n.silent })).filter((n) => n.body.includes('card terminal')));
    assert(one && one.silent && /^(Acknowledged|Noted)/.test(one.title), JSON.stringify(one));
    const { items } = await server.api('GET', '/api/v1/pages');
    const page = items.find((item) => item.id === pushed.tag) ?? (await server.api('GET', `/api/v1/pages/${pushed.tag}`));
    assert(JSON.stringify(page).includes('acknowledged'), JSON.stringify(page).slice(0, 300));
  });

  await check('push: what cannot be read rings all the same, and a link to elsewhere is not followed', async () => {
    await devtools.send('ServiceWorker.deliverPushMessage', { origin: phone.origin, registrationId: phone.registration, data: 'not JSON' });
    const there = await shown(phone, 'Nightbell');
    assert(there && there.stays && there.body.includes('Something rings'), JSON.stringify(there));
    assert((await press(phone, 'Nightbell', 'open')) === `${server.url}/`, 'it leads elsewhere');
    await deliver(phone, { title: 'Elsewhere', body: '', url: 'https://elsewhere.example/' });
    await shown(phone, 'Elsewhere');
    assert((await press(phone, 'Elsewhere', 'open')) === `${server.url}/`, 'it leads elsewhere');
  });

  await check('push: a browser that was told no says what to do', async () => {
    const blocked = await open(night.browser, server.url, { viewport: PHONE, storageState: await page.context().storageState() });
    await blocked.addInitScript(() => { Notification.requestPermission = async () => 'denied'; });
    await blocked.goto('/settings/reach');
    await blocked.getByRole('button', { name: 'Ring this phone' }).click();
    await blocked.getByText('Allow notifications of this site').waitFor();
    await picture(blocked, 'push-blocked-360');
    await clean(blocked);
    await blocked.context().close();
  });

  await page.context().close();
  service.close();
}
