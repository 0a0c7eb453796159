// Scene 3. Monday morning, the lead: what is owed, whose items are open, who is on call, what would happen at night.
import { assert, check } from '../lib/checks.mjs';
import { DESK, faults, picture } from '../lib/browser.mjs';

export async function monday(night) {
  const { server, people } = night;
  const page = people.carol;

  await check('monday: home lists the owed postmortem', async () => {
    await page.setViewportSize(DESK);
    await page.goto('/');
    await page.getByRole('link', { name: /Checkout down/ }).first().waitFor();
    await picture(page, 'home-1440');
  });

  await check('monday: the postmortem is drafted in the playbook’s headings; blame is pointed out, line by line, and never blocks', async () => {
    await page.goto('/postmortems');
    await page.getByRole('link', { name: /Checkout down/ }).first().click();
    night.postmortem = new URL(page.url()).pathname;
    const area = page.getByLabel('Text, in Markdown');
    const text = await area.inputValue();
    for (const heading of ['## Impact', '## Timeline (UTC)', '## Root cause', '## What went well', "## What didn't", '## Action items']) {
      assert(text.includes(heading), `no ${heading}`);
    }
    await area.fill(text.replace('## What went well', "Alice's PR broke prod.\n\n## What went well"));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('#findings').getByText('PR broke').first().waitFor();
    await picture(page, 'postmortem-1440');
    const found = await faults(page);
    assert(found.length === 0, found.join('\n'));
  });

  await check('monday: an action item without an owner is refused beside the field, and what was typed stays', async () => {
    await page.goto(night.postmortem);
    const form = page.locator('#add');
    await form.getByLabel('What will be done').fill('Add an integration test for the retry path');
    await form.getByLabel('Due').fill('2030-01-31');
    await form.locator('select[name=owner]').evaluate((select) => { const none = document.createElement('option'); none.value = ''; select.append(none); select.value = ''; });
    await form.getByRole('button', { name: 'Add' }).click();
    await page.locator('#add .problem').first().waitFor();
    assert((await page.locator('#action-text').inputValue()).includes('retry path'), 'the refused text is gone');
    page.troubles.length = 0;
    await page.locator('#add select[name=owner]').selectOption('alice');
    await page.locator('#add select[name=priority]').selectOption({ index: 1 });
    await page.locator('#add').getByRole('button', { name: 'Add' }).click();
    await page.locator('#actions').getByText('retry path').waitFor();
  });

  await check('monday: the Markdown leaves as it is kept', async () => {
    const response = await page.context().request.get(`${night.postmortem}/export.md`);
    const text = await response.text();
    assert(response.ok() && text.startsWith('# Postmortem: '), `export: ${response.status()} ${text.slice(0, 80)}`);
    assert(/- \[ \] @alice: Add an integration test for the retry path \(P\d, 2030-01-31\)/.test(text), 'the action item is not in the export');
  });

  await check('monday: the weekly list shows the item with owner and date, and it can be done', async () => {
    await page.goto('/actions');
    await page.getByText('retry path').first().waitFor();
    await picture(page, 'actions-1440');
  });

  await check('monday: explain says who would hear what on Sunday at 03:00', async () => {
    await page.goto('/explain?service=checkout&at=2030-01-06T03:00');
    const text = await page.locator('main').innerText();
    for (const name of ['Alice', 'Bob', 'Carol']) assert(text.includes(name), `explain does not mention ${name}`);
    await picture(page, 'explain-1440');
  });

  await check('monday: an administrator makes a token, sees it once, and revokes it', async () => {
    const { id, token } = await server.api('POST', '/api/v1/tokens', { name: 'from the browser test', scope: 'responder' });
    assert((await server.api('GET', '/api/v1/me', undefined, token)).user === 'sam', 'the token is not Sam’s');
    await server.api('DELETE', `/api/v1/tokens/${id}`);
    const refused = await fetch(`${server.url}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    assert(refused.status === 401, `a revoked token answered ${refused.status}`);
  });
}
