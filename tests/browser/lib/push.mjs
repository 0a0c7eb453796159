// A push service as phones have one: gives a browser an address and keys, takes what a server sends there, and opens it as the browser would.
// Is not: any code of ours. RFC 8291 over RFC 8188 by Node's own cryptography.
import crypto from 'node:crypto';
import http from 'node:http';

const url64 = (bytes) => Buffer.from(bytes).toString('base64url');
const derive = (secret, salt, info, length) => Buffer.from(crypto.hkdfSync('sha256', secret, salt, info, length));

/** Opens one encrypted message (`aes128gcm`, one record). */
function opened(body, keys, auth) {
  const [salt, length] = [body.subarray(0, 16), body[20]];
  const sender = body.subarray(21, 21 + length);
  const sealed = body.subarray(21 + length);
  const shared = keys.computeSecret(sender);
  const material = derive(shared, auth, Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender]), 32);
  const key = derive(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const cipher = crypto.createDecipheriv('aes-128-gcm', key, nonce);
  cipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
  // A record ends with 2 and zeros; what stands before is the message.
  return plain.subarray(0, plain.lastIndexOf(2)).toString('utf8');
}

/** A push service with one subscriber. `next` waits for a message that fits, opened. */
export async function pushService() {
  const keys = crypto.createECDH('prime256v1');
  keys.generateKeys();
  const auth = crypto.randomBytes(16);
  const [messages, waiting] = [[], []];
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const message = { headers: request.headers, ...JSON.parse(opened(Buffer.concat(chunks), keys, auth)) };
      response.writeHead(201).end();
      messages.push(message);
      for (const wait of waiting.splice(0)) (wait.fits(message) ? wait.found(message) : waiting.push(wait));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const endpoint = `http://127.0.0.1:${server.address().port}/wpush/v2/a-phone`;
  return {
    /** What `PushSubscription.toJSON()` says. */
    subscription: { endpoint, expirationTime: null, keys: { p256dh: url64(keys.getPublicKey()), auth: url64(auth) } },
    next(what, fits) {
      const there = messages.find(fits);
      if (there) return Promise.resolve(there);
      return new Promise((found, failed) => {
        const limit = setTimeout(() => failed(new Error(`no push message within 20 s: ${what}`)), 20_000);
        waiting.push({ fits, found: (message) => (clearTimeout(limit), found(message)) });
      });
    },
    close: () => server.close(),
  };
}
