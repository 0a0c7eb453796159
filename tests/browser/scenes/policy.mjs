// Whom a page rings: a policy is read as sentences, made by mouse, changed by keyboard alone and without JavaScript, and looked at before it is
// saved. The picture of docs/escalation.md comes from here.
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, faults, open, picture } from '../lib/browser.mjs';
import { paper, person } from './schedule.mjs';

const NAME = 'night-shop';
const EDIT = `/oncall/policies/${NAME}/edit`;

const clean = async (page, options) => {
  const found = await faults(page, options);
  assert(found.length === 0, found.join('\n'));
};

/** The fields that say whom step n rings. */
const rings = (page, n, nth) => page.getByLabel(`Step ${n} rings, ${nth}`, { exact: true });

export async function policy(night) {
  const { server } = night;
  const carol = await person(night, 'carol', { viewport: DESK });

  await check('policy: one reads as sentences, and says whom each would ring right now', async () => {
    await carol.goto('/oncall');
    await carol.getByRole('link', { name: 'Policies' }).click();
    await carol.getByText('Ring the primary of payments-primary.').waitFor();
    await clean(carol);
    await carol.getByRole('link', { name: 'payments', exact: true }).click();
    await carol.getByText('this policy is changed in its file').waitFor();
    assert((await carol.locator('.now-rings li').count()) >= 2, 'nobody is said to be rung');
    await carol.getByText('- id: payments').waitFor();
    await clean(carol);
    await picture(carol, 'policy-1440');
    await carol.getByRole('link', { name: /Who hears what, when\?/ }).first().click();
    await carol.waitForURL(/\/explain\?service=/);
  });

  await check('policy: a manager makes one by mouse, and reads it before it is stored', async () => {
    await carol.goto('/oncall/policies/new');
    await carol.getByLabel('Name', { exact: true }).fill(NAME);
    await carol.getByLabel('Team').selectOption('payments');
    await rings(carol, 1, 1).selectOption('schedule:payments-primary');
    await carol.getByText('Ring the primary of payments-primary.').waitFor();
    await carol.getByRole('button', { name: 'Add a step' }).click();
    await carol.locator('#s1').getByLabel('After').fill('10m');
    await rings(carol, 2, 1).selectOption('user:bob');
    await carol.getByRole('button', { name: /One more field for step 2/ }).click();
    await rings(carol, 2, 2).selectOption('user:dana');
    await carol.locator('#s1 summary').click();
    await carol.locator('#s1').getByLabel('Rings', { exact: true }).selectOption('turns');
    await carol.locator('#s1').getByLabel('And only', { exact: true }).selectOption('outside');
    await carol.getByLabel('The last resort rings, 1').selectOption('user:carol');
    await carol.getByText('ring, in turn, one of Bob Example or Dana Reyes').waitFor();
    await carol.getByText('outside of Monday to Friday from 09:00 to 17:00').waitFor();
    assert((await carol.request.get(`/oncall/policies/${NAME}`)).status() === 404, 'a look has stored something');
    await picture(carol, 'policy-new-1440');
    await paper(carol, 'policy-editor', 'h1');
    await clean(carol);
    await carol.getByRole('button', { name: 'Make the policy' }).click();
    await carol.waitForURL(new RegExp(`/oncall/policies/${NAME}$`));
    await carol.getByText('It pages nobody until').waitFor();
    await picture(carol, 'policy-made-1440');
    await clean(carol);
  });

  await check('policy: the same by keyboard alone: a step goes up, the wait is changed, it is saved', async () => {
    await carol.goto(EDIT);
    const press = async (name) => { await carol.getByRole('button', { name }).focus(); await carol.keyboard.press('Enter'); };
    await press('Move step 2 up');
    await carol.waitForURL(/#s0$/);
    assert((await rings(carol, 1, 1).inputValue()) === 'user:bob', 'the step did not go up');
    await carol.locator('#s0').getByLabel('First, after').focus();
    await carol.keyboard.press('Control+A');
    await carol.keyboard.type('2m');
    await carol.keyboard.press('Tab');
    await carol.keyboard.type('Alice');
    await carol.getByText('No longer').waitFor();
    assert((await carol.locator('.gone li').count()) >= 2, 'what is gone is not told');
    // Enter in a field looks and stores nothing: the first button of a form is what it presses.
    await carol.locator('#s0').getByLabel('First, after').focus();
    await carol.keyboard.press('Enter');
    await carol.getByText('No longer').waitFor();
    assert(carol.url().includes('/edit'), 'Enter in a field has saved');
    await press('Save');
    await carol.waitForURL(new RegExp(`/oncall/policies/${NAME}$`));
    await carol.getByText('After 2 minutes, outside of').waitFor();
  });

  await check('policy: whoever was slower sees what the other made, and what they typed is kept', async () => {
    const other = await open(night.browser, server.url, { viewport: DESK, storageState: await carol.context().storageState() });
    await Promise.all([carol.goto(EDIT), other.goto(EDIT)]);
    await other.getByLabel('Do all of it').fill('3');
    await other.getByRole('button', { name: 'Save', exact: true }).click();
    await other.waitForURL(new RegExp(`/oncall/policies/${NAME}$`));
    await carol.getByLabel('Do all of it').fill('5');
    await carol.getByRole('button', { name: 'Save', exact: true }).click();
    await carol.getByText('What somebody else made of it meanwhile').waitFor();
    carol.troubles.length = 0; // The browser tells of the 409.
    assert((await carol.getByLabel('Do all of it').inputValue()) === '5', 'what was typed is lost');
    await picture(carol, 'policy-meanwhile-1440');
    await clean(carol);
    await other.context().close();
  });

  await check('policy: on a phone without JavaScript it is read, looked at, refused beside the field, and saved', async () => {
    const storageState = await carol.context().storageState();
    const plain = await open(night.browser, server.url, { viewport: PHONE, javaScriptEnabled: false, storageState });
    await plain.goto(EDIT);
    await plain.locator('#s0').getByLabel('First, after').fill('soon');
    await plain.getByRole('button', { name: 'Save', exact: true }).click();
    await plain.locator('#s0-after-problem').waitFor();
    await plain.locator('#s0').getByLabel('First, after').fill('90s');
    await plain.getByRole('button', { name: 'Hand over to another policy' }).click();
    await plain.waitForURL(/#s2$/);
    await plain.getByLabel('Step 3 goes on with').selectOption('payments');
    await plain.getByLabel('Low urgency waits for the morning').check();
    await plain.getByRole('button', { name: 'Preview', exact: true }).click();
    await plain.waitForURL(/#policy-preview$/);
    await plain.getByText('go on with the policy payments.').waitFor();
    await plain.getByText('at any other time it waits for the next 08:00').first().waitFor();
    await picture(plain, 'policy-edit-360');
    await plain.getByRole('button', { name: 'Save', exact: true }).click();
    await plain.waitForURL(new RegExp(`/oncall/policies/${NAME}$`));
    await plain.getByText('After 1 minute 30 seconds').waitFor();
    await picture(plain, 'policy-360');
    await plain.context().close();
    const phone = await open(night.browser, server.url, { viewport: PHONE, storageState, colorScheme: 'dark' });
    for (const where of ['/oncall/policies', `/oncall/policies/${NAME}`, EDIT]) {
      await phone.goto(where);
      await clean(phone);
      await picture(phone, `policy-dark-360-${where.split('/').pop()}`);
    }
    await phone.context().close();
  });

  await check('policy: one from a file is tried here and written there', async () => {
    await carol.goto('/oncall/policies/payments/edit');
    await carol.getByLabel('Do all of it').fill('7');
    await carol.getByText('repeat: 7').waitFor();
    assert((await carol.getByRole('button', { name: 'Save', exact: true }).count()) === 0, 'it can be saved');
    await clean(carol);
    // With nobody but the last resort, a service's pages reach fewer people: that is said before anything is written anywhere.
    for (const field of [rings(carol, 1, 1), rings(carol, 2, 1)]) await field.selectOption('user:carol');
    await carol.getByText('It would reach fewer people than now').waitFor();
    await picture(carol, 'policy-worse-1440');
    await clean(carol);
  });
}
