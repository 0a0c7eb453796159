// By keyboard alone: the skip link, the order of the focus, the keys of a page, the dialog that names them. And without motion.
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, open, picture } from '../lib/browser.mjs';

const focused = (page) => page.evaluate(() => {
  const el = document.activeElement;
  return `${el.nodeName.toLowerCase()}:${(el.getAttribute('aria-label') || el.textContent).trim().replace(/\s+/g, ' ').slice(0, 40)}`;
});

export async function keyboard(night) {
  const { server, browser, people } = night;
  const page = people.carol;
  await page.setViewportSize(DESK);

  await check('keyboard: the first Tab offers to skip to the content, and does', async () => {
    await page.goto('/alerts');
    await page.keyboard.press('Tab');
    assert((await focused(page)) === 'a:Skip to the content', `first is ${await focused(page)}`);
    const box = await page.locator('.skip').boundingBox();
    assert(box.y >= 0, 'the skip link cannot be seen while it has the focus');
    await page.keyboard.press('Enter');
    assert((await page.evaluate(() => document.activeElement.id)) === 'main', 'the focus did not move to the content');
  });

  await check('keyboard: Tab walks every control of the room once, in reading order, always in sight', async () => {
    await page.goto(night.room);
    const seen = [];
    for (let n = 0; n < 200; n += 1) {
      await page.keyboard.press('Tab');
      const step = await page.evaluate(() => {
        const el = document.activeElement;
        if (el === document.body) return null;
        el.dataset.walked = String(Number(el.dataset.walked ?? 0) + 1);
        const { outlineStyle } = getComputedStyle(el);
        return { again: el.dataset.walked !== '1', outline: outlineStyle, name: el.nodeName + (el.id ? `#${el.id}` : ''), x: el.closest('.room-now') ? 1 : el.closest('.room-main') ? 2 : el.closest('.room-people') ? 3 : 0 };
      });
      if (!step || step.again) break;
      seen.push(step);
    }
    assert(seen.length > 25, `only ${seen.length} controls were reached`);
    const unseen = seen.filter((step) => step.outline === 'none');
    assert(unseen.length === 0, `no visible focus on ${unseen.map((s) => s.name).join(', ')}`);
    const columns = seen.map((step) => step.x).filter((x) => x > 0);
    const turns = columns.filter((x, n) => n > 0 && x !== columns[n - 1]);
    assert(turns.length <= 2, `the focus jumps between the columns: ${turns}`);
  });

  await check('keyboard: ? shows the keys of the page, Escape gives the focus back', async () => {
    await page.goto(night.room);
    await page.locator('.who [data-opens]').focus();
    await page.keyboard.press('?');
    await page.locator('#keys[open]').waitFor();
    const keys = await page.locator('#keys-list').innerText();
    for (const word of ['Command line', 'Alerts', 'These keys']) assert(keys.includes(word), `the dialog does not name ${word}: ${keys}`);
    await picture(page, 'keys-1440');
    await page.keyboard.press('Escape');
    assert((await page.locator('#keys[open]').count()) === 0, 'Escape left the dialog open');
    assert((await page.evaluate(() => document.activeElement.dataset.opens)) === 'keys', 'the focus was lost');
  });

  await check('keyboard: / goes to the command line, g then a to the alerts, and no key fires while typing', async () => {
    await page.goto(night.room);
    await page.keyboard.press('/');
    assert((await page.evaluate(() => document.activeElement.id)) === 'say-text', '/ did not reach the command line');
    await page.keyboard.type('ga?u');
    assert((await page.locator('#say-text').inputValue()) === 'ga?u', 'a key was taken from the typist');
    await page.locator('#say-text').fill('');
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForURL(/\/alerts$/);
  });

  await check('keyboard: the page of a woken person is acknowledged with one key', async () => {
    await server.alertmanager('KeyboardCheck', { summary: 'A third trouble' });
    const woken = await server.hook.next('the third page', (b) => b.type === 'page' && b.title.includes('third trouble'));
    const phone = await open(browser, server.url, { viewport: PHONE });
    await phone.goto(new URL(woken.ack_url).pathname);
    await phone.keyboard.press('a');
    await phone.getByText('Acknowledged').first().waitFor();
    await phone.context().close();
  });

  await check('reduced motion: nothing moves by itself', async () => {
    const still = await open(browser, server.url, { viewport: DESK, reducedMotion: 'reduce', storageState: await page.context().storageState() });
    await still.goto(night.room);
    await still.locator('#timeline li').first().evaluate((li) => li.classList.add('fresh'));
    const moving = await still.evaluate(() => document.getAnimations().length);
    assert(moving === 0, `${moving} animations run`);
    await still.context().close();
  });
}
