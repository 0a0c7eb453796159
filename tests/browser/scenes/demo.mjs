// The demo: its inbox and a caught mail, read as a visitor would. Started on its own, ended by the pid it has.
import { spawn } from 'node:child_process';
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, faults, open, picture } from '../lib/browser.mjs';
import { binary } from '../lib/server.mjs';

export async function demo({ browser }) {
  const child = spawn(binary(), ['demo', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => child.on('exit', done));
  try {
    await check('demo: the inbox shows the mails that left, and one of them in full', async () => {
      const signIn = await new Promise((ready, failed) => {
        let said = '';
        const limit = setTimeout(() => failed(new Error(`the demo said no address: ${said}`)), 30_000);
        const look = (chunk) => {
          said += chunk;
          const found = said.match(/http:\/\/127\.0\.0\.1:\d+\/\S*(?:welcome|sign-in)\S*/);
          if (found) (clearTimeout(limit), ready(found[0]));
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        child.on('exit', (code) => failed(new Error(`the demo ended with ${code}: ${said}`)));
      });
      const base = new URL(signIn).origin;
      const page = await open(browser, base, { viewport: DESK });
      await page.goto(signIn);
      await page.goto('/mail');
      await page.locator('#mails li a').first().waitFor({ timeout: 30_000 });
      for (const [name, viewport] of [['1440', DESK], ['360', PHONE]]) {
        await page.setViewportSize(viewport);
        await page.goto('/mail');
        await picture(page, `demo-mail-${name}`);
        const found = await faults(page);
        assert(found.length === 0, found.join('\n'));
      }
      await page.locator('#mails li a').first().click();
      await page.locator('pre.letter').waitFor();
      await picture(page, 'demo-letter-360');
      const found = await faults(page);
      assert(found.length === 0, found.join('\n'));
      await page.context().close();
    });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
