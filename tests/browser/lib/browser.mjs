// Chromium as Debian ships it, and the looks every page must survive: sizes, themes, accessibility, no foreign requests, no overflow.
import { chromium } from 'playwright-core';
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { assert } from './checks.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1440, height: 900 };
/** A desk at 200 % zoom. */
export const ZOOMED = { width: 720, height: 450 };

export async function launch() {
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
}

/** A page in a context of its own that fails the check on console errors, CSP violations and requests to anywhere else. */
export async function open(browser, base, options = {}) {
  const context = await browser.newContext({ viewport: PHONE, baseURL: base, ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.troubles = [];
  page.on('console', (line) => line.type() === 'error' && page.troubles.push(`console: ${line.text()}`));
  page.on('pageerror', (error) => page.troubles.push(`script: ${error}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith('data:')) page.troubles.push(`request to ${url}`);
  });
  return page;
}

/** What is wrong with the look of the page that is open. */
export async function faults(page, { script = true } = {}) {
  const found = [...page.troubles.splice(0)];
  const session = await page.context().newCDPSession(page);
  if (script) {
    await session.send('Runtime.evaluate', { expression: `${axe};0` });
    const violations = await page.evaluate(async () => {
      const result = await window.axe.run(document, { resultTypes: ['violations'] });
      return result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`);
    });
    found.push(...violations.map((v) => `axe ${v}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) found.push(`overflows by ${wide}px`);
  }
  const h1 = await page.locator('h1').count();
  if (h1 !== 1) found.push(`${h1} h1 headings`);
  await session.detach();
  return found;
}

/** Bytes of everything a page loads, as sent. */
export async function weight(browser, url) {
  const context = await browser.newContext({ viewport: PHONE });
  const page = await context.newPage();
  let bytes = 0;
  const sizes = [];
  const count = (request) => sizes.push(request.sizes().then((s) => (bytes += s.responseBodySize + s.responseHeadersSize)));
  page.on('requestfinished', count);
  await page.goto(url, { waitUntil: 'load' });
  // What a page asks for after it has loaded (its live stream, a later icon) is not what a reader waits
  // for, and its size could not be asked of a page that is closed by then.
  page.off('requestfinished', count);
  await Promise.all(sizes);
  await context.close();
  return bytes;
}

/** Saves a picture when NIGHTBELL_SHOTS names a folder. */
export async function picture(page, name) {
  const folder = process.env.NIGHTBELL_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}

/** Signs a person in by their one-time link, setting a password like a person would. */
export async function signIn(page, invitation, password) {
  await page.goto(invitation);
  await page.locator('input[type=password]').first().fill(password);
  const again = page.locator('input[type=password]');
  if ((await again.count()) > 1) await again.nth(1).fill(password);
  await page.locator('main button[type=submit], main button').first().click();
  await page.waitForURL((url) => !url.pathname.startsWith('/welcome'));
  assert(!page.url().includes('/sign-in'), `still asked to sign in at ${page.url()}`);
}

/** A picture for docs/pictures: what is in sight, from `top` on, as a file small enough for a repository. */
export async function paper(page, name, top = 'h1') {
  const folder = process.env.NIGHTBELL_SHOTS;
  if (!folder) return;
  mkdirSync(path.join(folder, 'docs'), { recursive: true });
  if (top) await page.locator(top).first().evaluate((el) => el.scrollIntoView({ block: 'start' }));
  await page.screenshot({ path: path.join(folder, 'docs', `${name}.png`) });
}
