// How a new person comes to be reached: a method is added and proved by its code, the order and quiet hours are set, the phone is tested and
// what comes of it stands on the page without a reload. With a finger on a phone; by keyboard alone at a desk. The pictures of docs/reach come from here.
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, faults, open, paper, picture, signIn } from '../lib/browser.mjs';

const PASSWORD = 'a lamp in the hall at night';

const clean = async (page) => {
  const found = await faults(page);
  assert(found.length === 0, found.join('\n'));
};

/** Somebody who was just invited, on the page on which they set how they are reached. */
async function newcomer(night, handle, options) {
  const page = await open(night.browser, night.server.url, options);
  await signIn(page, await night.server.invite(handle), PASSWORD);
  await page.goto('/settings/reach');
  await page.getByText('No page reaches you').first().waitFor();
  return page;
}

/** The code in the newest message to somebody, and one that is not it. */
async function codes(night, handle) {
  const sent = await night.server.hook.next(`a code for ${handle}`, (b) => b.to === handle && b.type === 'code');
  const right = sent.title.match(/\d{6}/)[0];
  return { right, wrong: right === '000000' ? '000001' : '000000' };
}

/** What the page refuses is answered with its status, which the browser prints: no trouble of the page's. */
const refused = (page) => {
  page.troubles = page.troubles.filter((line) => !/status of 4\d\d/.test(line));
};

const methods = async (night, handle) => {
  const { items } = await night.server.api('GET', '/api/v1/users/reach');
  return items.find((one) => one.user === handle).contacts;
};

/** Walks with Tab to the control of a name, as somebody without a mouse would. */
async function tabTo(page, name) {
  for (let n = 0; n < 120; n += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate(() => {
      const el = document.activeElement;
      const label = el.labels?.[0]?.textContent ?? el.getAttribute('aria-label') ?? el.textContent;
      return { label: label.trim().replace(/\s+/g, ' '), seen: getComputedStyle(el).outlineStyle !== 'none' };
    });
    if (!here.label.startsWith(name)) continue;
    assert(here.seen, `no visible focus on ${name}`);
    return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

export async function reach(night) {
  const { server } = night;
  const hook = (handle) => `${server.hook.url}/${handle}`;
  const finger = { viewport: PHONE, hasTouch: true, isMobile: true, timezoneId: 'Europe/Berlin' };

  await check('reach: with a finger, somebody new adds a method, and a wrong code costs a try and says so', async () => {
    const erin = await newcomer(night, 'erin', finger);
    night.people.erin = erin;
    await picture(erin, 'reach-new-360');
    await clean(erin);
    await erin.getByRole('link', { name: 'Add a method' }).tap();
    await erin.getByLabel('What', { exact: true }).selectOption('webhook');
    await erin.getByLabel('Where', { exact: true }).fill(hook('erin'));
    await erin.getByRole('button', { name: 'Add it and send a code' }).tap();
    await erin.getByText('a code is on its way').first().waitFor();
    const { wrong } = await codes(night, 'erin');
    await erin.getByLabel('The code it sent').fill(wrong);
    await erin.getByRole('button', { name: /^Verify/ }).tap();
    await erin.getByText('That is not the code.').waitFor();
    await erin.getByText('4 tries are left').waitFor();
    refused(erin);
    await picture(erin, 'reach-wrong-360');
    await paper(erin, 'reach-code', '#methods article');
    await clean(erin);
    assert((await methods(night, 'erin')).every((one) => !one.verified), 'a wrong code verified it');
  });

  await check('reach: the right code verifies it, and pages use it from now on', async () => {
    const { erin } = night.people;
    const { right } = await codes(night, 'erin');
    await erin.getByLabel('The code it sent').fill(right);
    await erin.getByRole('button', { name: /^Verify/ }).tap();
    await erin.locator('article .tag.ok').waitFor();
    await erin.getByText('A page reaches you at once by the webhook.').waitFor();
    assert((await methods(night, 'erin')).some((one) => one.verified), 'the code did not verify it');
    await clean(erin);
  });

  await check('reach: the order and quiet hours are set, and what is wrong stands beside the field', async () => {
    const { erin } = night.people;
    await erin.getByLabel('Webhook · webhook').last().selectOption({ label: 'After 10 min' });
    await erin.getByRole('button', { name: 'Save the order' }).tap();
    await erin.getByText('Saved: this is how pages reach you').waitFor();
    await erin.getByText('After 10 min by the webhook.').waitFor();
    await erin.getByLabel(/^From/).fill('22:00');
    await erin.getByRole('button', { name: 'Save quiet hours' }).tap();
    await erin.getByText('Give both times').waitFor();
    refused(erin);
    assert((await erin.getByLabel(/^From/).inputValue()) === '22:00', 'what was typed is gone');
    await clean(erin);
    await erin.getByLabel(/^To/).fill('07:00');
    await erin.getByRole('button', { name: 'Save quiet hours' }).tap();
    await erin.getByText('High urgency rings at any hour.').waitFor();
    await paper(erin, 'reach-ladder', '#ladder');
  });

  await check('reach: the phone is tested, the link in the message answers it, and the page says so without a reload', async () => {
    const { erin } = night.people;
    await erin.goto('/settings/reach');
    await paper(erin, 'reach-mine');
    await erin.getByRole('button', { name: 'Test my phone' }).tap();
    await erin.getByText('A test page goes out').waitFor();
    const rang = await server.hook.next('the test page', (b) => b.to === 'erin' && b.type === 'page');
    assert(rang.title.includes('reach you'), `not a test page: ${rang.title}`);
    const other = await open(night.browser, server.url, { viewport: PHONE, hasTouch: true, isMobile: true });
    await other.goto(new URL(rang.ack_url).pathname);
    await picture(other, 'reach-test-page-360');
    await paper(other, 'reach-test');
    await clean(other);
    await other.getByRole('button', { name: 'It rang' }).tap();
    await other.getByText('That is proved now').waitFor();
    await picture(other, 'reach-test-answered-360');
    await clean(other);
    await other.context().close();
    await erin.getByText('by a test page.').waitFor();
    await erin.locator('#reach.ok').waitFor();
    await picture(erin, 'reach-proven-360');
    await clean(erin);
    const [proved] = await methods(night, 'erin');
    assert(JSON.stringify(proved).includes('"test"'), `not proved by the test: ${JSON.stringify(proved)}`);
  });

  await check('reach: the same at a desk, by keyboard alone', async () => {
    const finn = await newcomer(night, 'finn', { viewport: DESK, timezoneId: 'Europe/Berlin' });
    night.people.finn = finn;
    await picture(finn, 'reach-new-1440');
    await tabTo(finn, 'What');
    await finn.keyboard.type('Webhook');
    await tabTo(finn, 'Where');
    await finn.keyboard.type(hook('finn'));
    await tabTo(finn, 'Add it and send a code');
    await finn.keyboard.press('Enter');
    await finn.getByText('a code is on its way').first().waitFor();
    const { right, wrong } = await codes(night, 'finn');
    for (const code of [wrong, right]) {
      await tabTo(finn, 'The code it sent');
      await finn.keyboard.press('Control+A');
      await finn.keyboard.type(code);
      await finn.keyboard.press('Enter');
      await finn.getByText(code === right ? 'webhook reaches you: it is verified' : 'That is not the code.').first().waitFor();
      refused(finn);
    }
    await tabTo(finn, 'Test my phone');
    await finn.keyboard.press('Enter');
    const rang = await server.hook.next('the test page', (b) => b.to === 'finn' && b.type === 'page');
    const other = await open(night.browser, server.url, { viewport: DESK });
    await other.goto(new URL(rang.ack_url).pathname);
    await tabTo(other, 'It rang');
    await other.keyboard.press('Enter');
    await other.getByText('That is proved now').waitFor();
    await other.context().close();
    await finn.locator('#reach.ok').waitFor();
    await picture(finn, 'reach-proven-1440');
    await clean(finn);
  });

  await check('reach: coverage answers in one sentence, and says of each hole what to do and when exactly', async () => {
    const { finn } = night.people;
    await finn.goto('/oncall');
    await finn.getByRole('link', { name: 'Coverage' }).click();
    await finn.locator('#verdict').getByText(/one person alone|reaches nobody|two people/).first().waitFor();
    await finn.getByRole('link', { name: '4 weeks' }).click();
    await finn.waitForURL(/weeks=4$/);
    const holes = finn.locator('[aria-labelledby=holes-title] > ul > li');
    assert((await holes.count()) > 0, 'Dana alone leads incidents, and that is no hole');
    await holes.first().getByText('What to do:').waitFor();
    await holes.first().getByText('Why, and when exactly').click();
    await holes.first().getByText(/UTC/).first().waitFor();
    await paper(finn, 'coverage');
    await clean(finn);
  });
}
