// Without JavaScript: declare, update with public words, resolve. Every page is read as the server sent it, every press is a form.
import { assert, check } from '../lib/checks.mjs';
import { PHONE, faults, open, picture } from '../lib/browser.mjs';

export async function noscript(night) {
  const { server, browser, people } = night;
  const storageState = await people.dana.context().storageState();
  const page = await open(browser, server.url, { viewport: PHONE, javaScriptEnabled: false, storageState });
  const sound = async () => {
    const found = await faults(page, { script: false });
    assert(found.length === 0, found.join('\n'));
  };

  await check('without JavaScript: an incident is declared', async () => {
    await page.goto('/incidents/new');
    await page.getByLabel('What is broken').fill('Catalogue is slow');
    await page.getByRole('button', { name: 'What severity is that?' }).click();
    assert((await page.getByLabel('What is broken').inputValue()) === 'Catalogue is slow', 'the question took what was typed');
    await page.getByRole('radio', { name: /SEV2/ }).check();
    await page.getByRole('button', { name: 'Declare, and open the room' }).click();
    await page.waitForURL(/\/incidents\/inc-\d{4}-\d\d-\d\d-catalogue-is-slow$/);
    await page.getByRole('heading', { level: 1, name: 'Catalogue is slow' }).waitFor();
    await sound();
  });

  await check('without JavaScript: a note is written and a seat is taken', async () => {
    await page.locator('#say-text').fill('The search index is being rebuilt');
    await page.getByRole('button', { name: 'Post' }).click();
    await page.locator('#timeline').getByText('The search index is being rebuilt').waitFor();
    await page.getByRole('button', { name: 'Take Incident Commander' }).click();
    await page.locator('#timeline').getByText('took Incident Commander').waitFor();
    await sound();
  });

  await check('without JavaScript: an update is previewed, then sent to the room and the public', async () => {
    const room = page.url();
    await page.goto(`${room}/update`);
    await page.getByLabel('Impact').fill('Product pages take eight seconds.');
    await page.getByLabel('What is being done').fill('Rebuilding the search index.');
    await page.getByLabel('Publish to the public page').check();
    await page.getByLabel('Public words').fill('Product pages load slowly. We will be back within the hour.');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('Stops publishing').waitFor();
    page.troubles.length = 0;
    await page.getByLabel('Public words').fill('Product pages load slowly. We are looking into it.');
    await page.getByRole('button', { name: 'Preview' }).click();
    await picture(page, 'update-noscript-360');
    await page.getByRole('button', { name: 'Send the update' }).click();
    await page.waitForURL(room);
    await page.locator('#public').getByText('Product pages load slowly').waitFor();
    await sound();
  });

  await check('without JavaScript: it is resolved with a final update', async () => {
    const room = page.url();
    await page.locator('#status').getByRole('button', { name: 'Resolve' }).click();
    await page.waitForURL(/\/update/);
    await page.getByLabel('Impact').fill('Product pages load normally.');
    await page.getByLabel('What is being done').fill('The index is rebuilt.');
    await page.getByLabel('Publish to the public page').check();
    await page.getByLabel('Public words').fill('Product pages load normally again. We are sorry.');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('button', { name: 'Send the update' }).click();
    await page.waitForURL(room);
    await page.locator('#room-head').getByText('Resolved').first().waitFor();
    await page.goto('/status/main');
    assert((await page.locator('body').innerText()).includes('Product pages load normally again.'), 'the public page does not say so');
    await sound();
  });
  await page.context().close();
}
