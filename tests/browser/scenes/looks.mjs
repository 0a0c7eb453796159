// Every page: 360, 720 (a desk at 200 % zoom) and 1440 px, light and dark, with and without JavaScript; no accessibility violation,
// no overflow, no foreign request, no console error.
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, ZOOMED, faults, open, picture } from '../lib/browser.mjs';

export async function looks(night) {
  const { server, browser, people } = night;
  const signedIn = [
    '/', '/alerts', `/alerts/${night.alert}`, '/incidents', '/incidents/new', night.room, `${night.room}/update`, '/oncall',
    '/oncall/me', '/oncall/load', '/oncall/new', '/oncall/payments-primary', '/oncall/night-watch?weeks=8', '/oncall/shop-oncall/edit', '/oncall/shop-oncall/override', '/oncall/shop-oncall/ask', '/oncall/policies', '/oncall/policies/new', '/oncall/policies/payments', '/oncall/policies/night-shop', '/oncall/policies/night-shop/edit',
    '/explain?service=checkout', '/services', '/runbooks', '/runbooks/stripe-webhook-failures', '/postmortems', night.postmortem, '/actions', '/settings',
  ];
  const everybody = ['/sign-in', '/status/main', '/status/main/history', '/status/nowhere', '/nowhere', night.link];
  const state = await people.carol.context().storageState();
  const name = (where) => where.replace(/^\/p\/.*/, 'woken').replace(/alert-[0-9a-f]+/, 'one').replace(/inc-[0-9-]+/, '').replace(/^\//, '').replace(/\?.*/, '').replace(/[^a-z0-9]+/gi, '-').slice(0, 40) || 'home';

  for (const [size, viewport] of [['360', PHONE], ['720', ZOOMED], ['1440', DESK]]) {
    for (const colorScheme of size === '720' ? ['light'] : ['light', 'dark']) {
      for (const script of size === '720' ? [true] : [true, false]) {
        const look = `${size} px, ${colorScheme}, ${script ? 'with' : 'without'} JavaScript`;
        const options = { viewport, colorScheme, javaScriptEnabled: script, reducedMotion: 'reduce', deviceScaleFactor: size === '720' ? 2 : 1 };
        const inside = await open(browser, server.url, { ...options, storageState: state });
        const outside = await open(browser, server.url, options);
        for (const where of [...signedIn, ...everybody]) {
          if (!where) continue;
          const page = signedIn.includes(where) ? inside : outside;
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
        await Promise.all([inside.context().close(), outside.context().close()]);
      }
    }
  }
}
