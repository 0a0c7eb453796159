// Names, counts and reports checks; the closing line is what the test command reads.
let passed = 0;
let failed = 0;

/** Runs one named check; a failure is printed and the others go on. */
export async function check(name, work) {
  const begun = Date.now();
  try {
    await work();
    passed += 1;
    console.log(`ok      ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error.stack ?? error).split('\n').slice(0, 12).join('\n        ')}`);
  }
}

export function assert(holds, message) {
  if (!holds) throw new Error(message);
}

/** Prints the closing line and answers the exit code. */
export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
