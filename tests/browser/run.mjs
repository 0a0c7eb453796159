// The browser tests: three scenes of a night, then every page in every look. Prints `N passed, N failed`.
// NIGHTBELL_BINARY names the binary; NIGHTBELL_SHOTS a folder for pictures.
import { start } from './lib/server.mjs';
import { launch } from './lib/browser.mjs';
import { finish } from './lib/checks.mjs';
import { phone } from './scenes/phone.mjs';
import { room } from './scenes/room.mjs';
import { monday } from './scenes/monday.mjs';
import { looks } from './scenes/looks.mjs';

const server = await start();
const browser = await launch();
try {
  const night = { server, browser, people: {} };
  await phone(night);
  await room(night);
  await monday(night);
  await looks(night);
} finally {
  await browser.close();
  await server.stop();
}
process.exitCode = finish();
