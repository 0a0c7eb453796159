// Starts the real binary on a folder of its own, with a small organisation, a webhook receiver and people who can sign in.
// Is not: a mock. Everything the pages show came through HTTP. Ended by the pid it started.
import { spawn, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import http from 'node:http';

const here = path.dirname(new URL(import.meta.url).pathname);

export function binary() {
  const given = process.env.NIGHTBELL_BINARY ?? path.join(here, '../../../target/debug/nightbell');
  if (!existsSync(given)) throw new Error(`no binary at ${given}: run \`cargo build\` first`);
  return given;
}

/** A receiver of signed webhooks: keeps every body, answers 200, lets a test wait for one. */
export async function receiver() {
  const bodies = [];
  const waiting = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      response.writeHead(200).end('ok');
      const body = { to: request.url.slice(1), ...JSON.parse(text) };
      bodies.push(body);
      for (const wait of waiting.splice(0)) (wait.fits(body) ? wait.found(body) : waiting.push(wait));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    bodies,
    /** The first body that fits, already there or still to come; fails after 20 s. */
    next(what, fits) {
      const there = bodies.find(fits);
      if (there) return Promise.resolve(there);
      return new Promise((found, failed) => {
        const limit = setTimeout(() => failed(new Error(`no webhook within 20 s: ${what}`)), 20_000);
        waiting.push({ fits, found: (body) => (clearTimeout(limit), found(body)) });
      });
    },
    close: () => server.close(),
  };
}

export async function start() {
  const data = mkdtempSync(path.join(tmpdir(), 'nightbell-browser-'));
  const hook = await receiver();
  const init = JSON.parse(execFileSync(binary(), ['init', '--email', 'sam@example.com', '--name', 'Sam Admin', '--data', data, '--json']));
  const child = spawn(binary(), ['serve', '--data', data, '--listen', '127.0.0.1:0'], {
    env: { ...process.env, NIGHTBELL_EGRESS__ALLOW: '127.0.0.0/8', NIGHTBELL_LOG__LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const url = await new Promise((ready, failed) => {
    const limit = setTimeout(() => failed(new Error(`the server did not get ready: ${said}`)), 20_000);
    const look = (chunk) => {
      said += chunk;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) (clearTimeout(limit), ready(found[0]));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('exit', (code) => failed(new Error(`the server ended with ${code}: ${said}`)));
  });
  const server = new Server(url, init, hook, child, data, () => said);
  await server.apply();
  return server;
}

class Server {
  constructor(url, init, hook, child, data, log) {
    Object.assign(this, { url, token: init.token, signInUrl: init.sign_in_url, hook, child, data, log });
  }

  /** One call of the API with the administrator's token, or another's. */
  async api(method, where, body, token = this.token) {
    const response = await fetch(`${this.url}${where}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async apply() {
    const { organisation, runbook } = await import('./organisation.mjs');
    const files = [
      { path: 'organisation.yaml', content: organisation(this.hook.url) },
      { path: 'runbooks/stripe-webhook-failures.md', content: runbook },
    ];
    await this.api('POST', '/api/v1/apply', { files });
  }

  /** A one-time link with which a person sets a password. */
  async invite(handle) {
    const { sign_in_url } = await this.api('POST', `/api/v1/users/${handle}/invite`, {});
    return new URL(sign_in_url).pathname;
  }

  /** Fires (or resolves) an alert as Prometheus' Alertmanager would. */
  async alertmanager(name, { status = 'firing', severity = 'critical', summary = name, startsAt = new Date().toISOString() } = {}) {
    const labels = { alertname: name, severity, service: 'checkout' };
    const body = {
      version: '4', groupKey: `{}:{alertname="${name}"}`, truncatedAlerts: 0, status, receiver: 'nightbell',
      groupLabels: { alertname: name }, commonLabels: labels, commonAnnotations: { summary }, externalURL: 'http://alertmanager.example.com',
      alerts: [{ status, labels, annotations: { summary }, startsAt, endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString(), generatorURL: '', fingerprint: '1e64948378c1a10b' }],
    };
    const response = await fetch(`${this.url}/in/alertmanager/browser-test-key`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`alertmanager webhook: ${response.status} ${await response.text()}`);
  }

  async stop() {
    const ended = new Promise((done) => this.child.on('exit', done));
    this.child.kill('SIGTERM');
    await ended;
    this.hook.close();
    rmSync(this.data, { recursive: true, force: true });
  }
}
