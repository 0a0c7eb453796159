// Every page: 360, 720 (a desk at 200 % zoom) and 1440 px, light and dark, with and without JavaScript; no accessibility violation,
// no overflow, no foreign request, no console error.
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, ZOOMED, faults, open, picture, signIn } from '../lib/browser.mjs';

export async function looks(night) {
  const { server, browser, people } = night;
  const signedIn = [
    '/', '/alerts', `/alerts/${night.alert}`, '/incidents', '/incidents/new', night.room, `${night.room}/update`, '/oncall',
    '/oncall/me', '/oncall/load', '/oncall/new', '/oncall/payments-primary', '/oncall/night-watch?weeks=8', '/oncall/shop-oncall/edit', '/oncall/shop-oncall/override', '/oncall/shop-oncall/ask', '/oncall/policies', '/oncall/policies/new', '/oncall/policies/payments', '/oncall/policies/night-shop', '/oncall/policies/night-shop/edit',
    '/explain?service=checkout', '/services', '/runbooks', '/runbooks/stripe-webhook-failures', '/postmortems', night.postmortem, '/actions', '/settings',
    '/settings/calendars', '/oncall/coverage', '/oncall/coverage?weeks=1', '/explain', '/explain?service=checkout&urgency=low&without=alice', `/alerts/${night.alert}?for=bob`,
  ];
  // How somebody is reached whose methods are proved, wait for a code, and are set up in a browser; and how everybody is.
  const reached = ['/settings/reach'];
  const administered = ['/settings/people'];
  const everybody = ['/sign-in', '/status/main', '/status/main/history', '/status/nowhere', '/nowhere', night.link];
  const state = await people.carol.context().storageState();
  const sam = await open(browser, server.url);
  await signIn(sam, await server.invite('sam'), 'a lamp in the hall at night');
  const [erins, sams] = [await people.erin.context().storageState(), await sam.context().storageState()];
  await sam.context().close();
  const name = (where) => where.replace(/^\/p\/.*/, 'woken').replace(/alert-[0-9a-f]+/, 'one').replace(/inc-[0-9-]+/, '').replace(/^\//, '').replace(/[^a-z0-9]+/gi, '-').slice(0, 40) || 'home';

  for (const [size, viewport] of [['360', PHONE], ['720', ZOOMED], ['1440', DESK]]) {
    for (const colorScheme of size === '720' ? ['light'] : ['light', 'dark']) {
      for (const script of size === '720' ? [true] : [true, false]) {
        const look = `${size} px, ${colorScheme}, ${script ? 'with' : 'without'} JavaScript`;
        const options = { viewport, colorScheme, javaScriptEnabled: script, reducedMotion: 'reduce', deviceScaleFactor: size === '720' ? 2 : 1 };
        const inside = await open(browser, server.url, { ...options, storageState: state });
        const outside = await open(browser, server.url, options);
        const erin = await open(browser, server.url, { ...options, storageState: erins });
        const admin = await open(browser, server.url, { ...options, storageState: sams });
        const readers = new Map([...signedIn.map((where) => [where, inside]), ...reached.map((where) => [where, erin]), ...administered.map((where) => [where, admin]), ...everybody.map((where) => [where, outside])]);
        for (const [where, page] of readers) {
          if (!where) continue;
          await check(`look: ${where.startsWith('/p/') ? '/p/{token}' : where} at ${look}`, async () => {
            const response = await page.goto(where);
            const missing = where.includes('nowhere');
            assert(missing ? response.status() === 404 : response.status() === 200, `answered ${response.status()}`);
            if (missing) page.troubles.length = 0;
            assert(response.headers()['content-security-policy']?.includes("default-src 'none'"), 'no strict CSP');
            if (script && size !== '720') await picture(page, `look-${name(where)}-${size}-${colorScheme}`);
            const found = await faults(page, { script });
            assert(found.length === 0, found.join('\n'));
          });
        }
        await Promise.all([inside, outside, erin, admin].map((page) => page.context().close()));
      }
    }
  }
}
