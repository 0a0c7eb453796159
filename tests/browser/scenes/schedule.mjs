// On call as people live it: a schedule is made by form, a span is taken by drag, by keyboard and by two taps, a turn is swapped on a phone.
// The pictures of docs/on-call.md come from here.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { assert, check } from '../lib/checks.mjs';
import { DESK, PHONE, faults, open, picture, signIn } from '../lib/browser.mjs';

const DAY = 86_400_000;
const NAME = 'shop-oncall';

export async function person(night, handle, options) {
  const known = night.people[handle];
  if (known) return open(night.browser, night.server.url, { ...options, storageState: await known.context().storageState() });
  const page = await open(night.browser, night.server.url, options);
  await signIn(page, await night.server.invite(handle), 'a lamp in the hall at night');
  night.people[handle] = page;
  return page;
}

const clean = async (page) => {
  const found = await faults(page);
  assert(found.length === 0, found.join('\n'));
};

/** A picture for docs/pictures: what is in sight, from `top` on, as a file small enough for a repository. */
export async function paper(page, name, top = 'h1') {
  const folder = process.env.NIGHTBELL_SHOTS;
  if (!folder) return;
  mkdirSync(path.join(folder, 'docs'), { recursive: true });
  if (top) await page.locator(top).first().evaluate((el) => el.scrollIntoView({ block: 'start' }));
  await page.screenshot({ path: path.join(folder, 'docs', `${name}.png`) });
}

/** The place of an instant on the last lane. */
const spot = async (page, at) => page.evaluate((wanted) => {
  for (const svg of document.querySelectorAll('.lanes svg[data-from]')) {
    const from = Date.parse(svg.dataset.from), to = Date.parse(svg.dataset.to);
    if (wanted < from || wanted >= to) continue;
    svg.scrollIntoView({ block: 'center' });
    const lane = svg.querySelector('[data-last]'), box = svg.getBoundingClientRect();
    return { x: box.left + (wanted - from) / (to - from) * box.width, y: box.top + Number(lane.dataset.y) + Number(lane.dataset.h) / 2 };
  }
  return null;
}, at);

const onCall = async (server, at) => {
  const { items } = await server.api('GET', `/api/v1/oncall?schedule=${NAME}&at=${new Date(at).toISOString()}`);
  return items[0].primary?.id;
};

const sixth = (at) => Math.floor(at / (DAY / 4)) * (DAY / 4);

export async function schedule(night) {
  const { server } = night;
  // Days begin in Berlin; a span of whole quarters of a day, some days ahead, lies on the grid whatever the time of year.
  const carol = await person(night, 'carol', { viewport: DESK, timezoneId: 'Europe/Berlin' });

  await check('schedule: a manager makes one by form, and sees eight weeks before it is stored', async () => {
    await carol.goto('/oncall/new');
    await carol.getByLabel('Name', { exact: true }).fill(NAME);
    await carol.getByLabel('Team').selectOption('payments');
    await carol.getByLabel('People, in order of their turns').fill('alice, bob');
    await carol.getByLabel('A turn lasts').fill('2d');
    await carol.getByRole('button', { name: 'Preview', exact: true }).click();
    await carol.getByText('Covered').waitFor();
    assert((await carol.locator('.week').count()) === 8, 'the preview does not show eight weeks');
    await picture(carol, 'oncall-new-1440');
    await paper(carol, 'oncall-new', '#plan-preview');
    await clean(carol);
    await carol.getByRole('button', { name: 'Make the schedule' }).click();
    await carol.waitForURL(new RegExp(`/oncall/${NAME}$`));
    assert(['alice', 'bob'].includes(await onCall(server, Date.now())), 'nobody is on call');
  });

  await check('schedule: a span is taken by drag, looked at, saved, and is hatched', async () => {
    await carol.goto(`/oncall/${NAME}`);
    const from = sixth(Date.now()) + 3 * DAY, to = from + DAY;
    const [begin, end] = [await spot(carol, from + 1_800_000), await spot(carol, to - 1_800_000)];
    const again = await spot(carol, from + 1_800_000);
    await carol.mouse.move(again.x, again.y);
    await carol.mouse.down();
    const last = await spot(carol, to - 1_800_000);
    await carol.mouse.move((again.x + last.x) / 2, last.y, { steps: 4 });
    await carol.mouse.move(last.x, last.y, { steps: 4 });
    await picture(carol, 'oncall-drag-1440');
    await paper(carol, 'oncall-drag', null);
    assert((await carol.locator('#picked-words').innerText()).includes(' to '), 'the drag does not say what it chose');
    await carol.mouse.up();
    await carol.waitForURL(/\/override\?from=/);
    assert(begin && end, 'the span is not on the lanes');
    const query = new URL(carol.url()).searchParams;
    const asked = [Date.parse(query.get('from')), Date.parse(query.get('to'))];
    assert(asked[1] - asked[0] >= DAY && asked[1] - asked[0] <= 1.5 * DAY, `chose ${query}`);
    await carol.getByLabel('Who', { exact: true }).selectOption('dana');
    await carol.getByText('Dana Reyes instead of').first().waitFor();
    await picture(carol, 'oncall-override-1440');
    await paper(carol, 'oncall-override');
    await clean(carol);
    await carol.getByLabel('Why').fill('Concert');
    await carol.getByRole('button', { name: 'Save' }).click();
    await carol.waitForURL(new RegExp(`/oncall/${NAME}$`));
    assert((await onCall(server, (asked[0] + asked[1]) / 2)) === 'dana', 'the span is not taken');
    assert((await carol.locator('[data-last] rect[fill="url(#hatch)"]').count()) > 0, 'what was agreed is not hatched');
    await carol.getByText('Concert').first().waitFor();
    await picture(carol, 'oncall-lanes-1440');
    await paper(carol, 'oncall-schedule', '#lanes-title');
    await clean(carol);
  });

  await check('schedule: the same by keyboard alone', async () => {
    await carol.goto(`/oncall/${NAME}?weeks=2`);
    await carol.locator('.lanes').focus();
    await carol.keyboard.press('ArrowDown');
    assert((await carol.locator('#picked-words').innerText()).length > 5, 'the place is not said');
    await carol.keyboard.press('Enter');
    await carol.keyboard.press('Shift+ArrowRight');
    await carol.keyboard.press('Shift+ArrowRight');
    assert((await carol.locator('#picked-words').innerText()).includes(' to '), 'the span is not said');
    await carol.keyboard.press('Enter');
    await carol.waitForURL(/\/override\?from=/);
    const query = new URL(carol.url()).searchParams;
    const [from, to] = [Date.parse(query.get('from')), Date.parse(query.get('to'))];
    assert(to - from === 9 * 3_600_000, `three steps of three hours, not ${query}`);
    await carol.getByLabel('Who', { exact: true }).focus();
    await carol.keyboard.type('Vera');
    await carol.getByText('Vera Viewer instead of').first().waitFor();
    await carol.getByRole('button', { name: 'Save' }).focus();
    await carol.keyboard.press('Enter');
    await carol.waitForURL(new RegExp(`/oncall/${NAME}$`));
    assert((await onCall(server, (from + to) / 2)) === 'vera', 'the span is not taken');
  });

  await check('schedule: a phone asks for a swap in three taps, and the other phone takes it', async () => {
    const alice = await person(night, 'alice', { viewport: PHONE, hasTouch: true, isMobile: true });
    const bob = await person(night, 'bob', { viewport: PHONE, hasTouch: true, isMobile: true });
    await alice.goto('/oncall/me');
    await picture(alice, 'oncall-me-360');
    await clean(alice);
    const turn = alice.locator('.turn', { hasText: NAME }).filter({ hasNot: alice.locator('.tag') }).first();
    await turn.locator('summary').tap();
    await turn.getByRole('button', { name: 'Ask for cover' }).waitFor();
    assert((await alice.getByRole('button', { name: 'Ask for cover' }).filter({ visible: true }).count()) === 1, 'one form is open, and it is the turn that was pressed');
    await picture(alice, 'oncall-me-open-360');
    await paper(alice, 'oncall-mine');
    await clean(alice);
    await turn.getByRole('link', { name: 'Only a part of it' }).tap();
    await alice.locator('#asked').getByText('Bob Example').tap();
    await picture(alice, 'oncall-ask-360');
    await paper(alice, 'oncall-ask');
    await clean(alice);
    const when = await alice.getByLabel('From').inputValue();
    await alice.getByRole('button', { name: 'Ask', exact: true }).tap();
    await alice.waitForURL(/\/oncall\/me$/);
    await alice.getByText('You ask Bob Example').waitFor();
    await bob.goto('/oncall/me');
    await bob.getByText('Alice Example asks You').waitFor();
    await picture(bob, 'oncall-asked-360');
    await paper(bob, 'oncall-asked');
    await clean(bob);
    await bob.getByRole('button', { name: 'I take it' }).first().tap();
    await bob.getByText('You have it').waitFor();
    await alice.goto('/oncall/me');
    await alice.getByText('Bob Example took it').waitFor();
    const { requests } = await server.api('GET', `/api/v1/schedules/${NAME}/cover`);
    const taken = requests.find((r) => r.status === 'accepted');
    assert(taken && (await onCall(server, (Date.parse(taken.from) + Date.parse(taken.to)) / 2)) === 'bob', `${when} is not Bob's`);
    await alice.goto('/oncall');
    await picture(alice, 'oncall-360');
    await paper(alice, 'oncall-now');
    await clean(alice);
    await alice.goto(`/oncall/${NAME}`);
    await picture(alice, 'oncall-lanes-360');
    await clean(alice);
  });

  await check('schedule: with a finger, one tap begins a span and the next ends it', async () => {
    const finger = await person(night, 'alice', { viewport: PHONE, hasTouch: true, isMobile: true });
    await finger.goto(`/oncall/${NAME}`);
    const from = sixth(Date.now()) + 10 * DAY;
    const begin = await spot(finger, from + 3_600_000);
    await finger.touchscreen.tap(begin.x, begin.y);
    await finger.getByText('tap where it ends').waitFor();
    const end = await spot(finger, from + DAY / 2 + 3_600_000);
    await finger.touchscreen.tap(end.x, end.y);
    await finger.waitForURL(/\/override\?from=/);
    const query = new URL(finger.url()).searchParams;
    assert(Date.parse(query.get('to')) > Date.parse(query.get('from')), `chose ${query}`);
    await finger.context().close();
  });

  await check('schedule: one press takes over, one gives back, and the load says who carried what', async () => {
    const dana = await person(night, 'dana', { viewport: PHONE });
    await dana.goto(`/oncall/${NAME}`);
    await dana.getByRole('button', { name: 'I take over now' }).click();
    await dana.getByText('You are on call').first().waitFor();
    assert((await onCall(server, Date.now() + 1_000)) === 'dana', 'nothing was taken over');
    await dana.getByRole('button', { name: 'Give it back' }).click();
    await dana.getByText('Given back').waitFor();
    await carol.goto('/oncall/load');
    await carol.getByText('of 100').waitFor();
    await picture(carol, 'oncall-load-1440');
    await paper(carol, 'oncall-load');
    await clean(carol);
  });

  await check('schedule: without JavaScript every stretch opens the form, and the plan says when a change begins', async () => {
    const state = await carol.context().storageState();
    const plain = await open(night.browser, server.url, { viewport: PHONE, javaScriptEnabled: false, storageState: state });
    await plain.goto(`/oncall/${NAME}?weeks=1`);
    await plain.locator('[data-last] a rect').last().click();
    await plain.waitForURL(/\/override\?from=/);
    assert((await plain.getByLabel('From').inputValue()).length === 16, 'the begin is not filled in');
    await plain.goto(`/oncall/${NAME}/edit`);
    await plain.getByLabel('the next', { exact: true }).fill('6');
    await plain.getByRole('button', { name: 'Spread fairly' }).click();
    await plain.getByText('go to whoever has carried least by then').waitFor();
    assert((await plain.getByLabel('People, in order of their turns').inputValue()).split(', ').length === 6, 'six turns are not written out');
    await picture(plain, 'oncall-fair-360');
    await plain.getByLabel('People, in order of their turns').fill('bob');
    await plain.getByLabel('When whoever is on call hands over').check();
    await plain.getByRole('button', { name: 'Preview', exact: true }).click();
    await plain.getByText('instead of').first().waitFor();
    await plain.context().close();
    await carol.goto(`/oncall/${NAME}/edit`);
    await picture(carol, 'oncall-edit-1440');
    await paper(carol, 'oncall-edit', '#plan-preview');
    await clean(carol);
  });
}
