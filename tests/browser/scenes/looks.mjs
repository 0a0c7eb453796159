// Every page: 360 and 1440 px, light and dark, with and without JavaScript; no accessibility violation, no overflow, no foreign request,
// no console error.
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, faults, open, picture } from '../lib/browser.mjs';

export async function looks(night) {
  const { server, browser, people } = night;
  const signedIn = [
    '/', '/alerts', `/alerts/${night.alert}`, '/incidents', '/incidents/new', night.room, `${night.room}/update`, '/oncall',
    '/explain?service=checkout', '/services', '/runbooks', '/runbooks/stripe-webhook-failures', '/postmortems', night.postmortem, '/actions', '/settings',
  ];
  const everybody = ['/sign-in', '/status/main', '/status/main/history', '/status/nowhere', '/nowhere', night.link];
  const state = await people.carol.context().storageState();
  const name = (where) => where.replace(/^\//, '').replace(/\?.*/, '').replace(/[^a-z0-9]+/gi, '-').slice(0, 40) || 'home';

  for (const [size, viewport] of [['360', PHONE], ['1440', DESK]]) {
    for (const colorScheme of ['light', 'dark']) {
      for (const script of [true, false]) {
        const look = `${size} px, ${colorScheme}, ${script ? 'with' : 'without'} JavaScript`;
        const page = await open(browser, server.url, { viewport, colorScheme, javaScriptEnabled: script, storageState: state });
        for (const where of [...signedIn, ...everybody]) {
          if (!where) continue;
          await check(`look: ${where.startsWith('/p/') ? '/p/{token}' : where} at ${look}`, async () => {
            const response = await page.goto(where);
            const missing = where.includes('nowhere');
            assert(missing ? response.status() === 404 : response.status() === 200, `answered ${response.status()}`);
            if (missing) page.troubles.length = 0;
            assert(response.headers()['content-security-policy']?.includes("default-src 'none'"), 'no strict CSP');
            if (script) await picture(page, `look-${name(where)}-${size}-${colorScheme}`);
            const found = await faults(page, { script });
            assert(found.length === 0, found.join('\n'));
          });
        }
        await page.context().close();
      }
    }
  }
}
