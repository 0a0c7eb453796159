// The browser tests: three scenes of a night, the same without JavaScript and by keyboard, on call as people live it, how they are reached, then every page in every look, and the demo. Prints `N passed, N failed`.
// NIGHTBELL_BINARY names the binary; NIGHTBELL_SHOTS a folder for pictures.
import { start } from './lib/server.mjs';
import { launch } from './lib/browser.mjs';
import { finish } from './lib/checks.mjs';
import { phone } from './scenes/phone.mjs';
import { room } from './scenes/room.mjs';
import { monday } from './scenes/monday.mjs';
import { noscript } from './scenes/noscript.mjs';
import { keyboard } from './scenes/keyboard.mjs';
import { schedule } from './scenes/schedule.mjs';
import { policy } from './scenes/policy.mjs';
import { reach } from './scenes/reach.mjs';
import { push } from './scenes/push.mjs';
import { demo } from './scenes/demo.mjs';
import { looks } from './scenes/looks.mjs';

const server = await start();
const browser = await launch();
try {
  const night = { server, browser, people: {} };
  await phone(night);
  await room(night);
  await monday(night);
  await noscript(night);
  await keyboard(night);
  await schedule(night);
  await policy(night);
  await reach(night);
  await push(night);
  await looks(night);
  await demo(night);
} finally {
  await browser.close();
  await server.stop();
}
process.exitCode = finish();
