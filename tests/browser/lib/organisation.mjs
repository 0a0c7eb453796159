// The organisation of the browser tests: five people who are reached and two who are new, one schedule, one service, one status page.
const person = (hook, id, name, role) => `
  - id: ${id}
    name: ${name}
    email: ${id}@example.com
    role: ${role}
    time_zone: Europe/Berlin
    contacts: [ { id: hook, kind: webhook, url: "${hook}/${id}", verified: true } ]
    rules: { high: [ { after: 0s, via: hook } ], low: [ { after: 0s, via: hook } ] }`;

/** Somebody whom nothing reaches yet. */
const newcomer = (id, name) => `
  - { id: ${id}, name: ${name}, email: ${id}@example.com, role: responder, time_zone: Europe/Berlin }`;

export const organisation = (hook) => `version: 1
users:${person(hook, 'alice', 'Alice Example', 'responder')}${person(hook, 'bob', 'Bob Example', 'responder')}${person(hook, 'carol', 'Carol Khan', 'manager')}${person(hook, 'dana', 'Dana Reyes', 'manager')}${person(hook, 'vera', 'Vera Viewer', 'viewer')}${newcomer('erin', 'Erin Newman')}${newcomer('finn', 'Finn Newman')}
teams:
  - { id: payments, name: Payments, members: [alice, bob], time_zone: Europe/Berlin, holidays: DE }
schedules:
  - id: payments-primary
    team: payments
    time_zone: Europe/Berlin
    layers: [ { name: weekly, members: [alice, bob], every: 1w, starts: "2026-01-05T09:00" } ]
    overrides: [ { user: alice, from: "2026-01-01T00:00", to: "2036-01-01T00:00" } ]
  - id: night-watch
    team: payments
    time_zone: Europe/London
    layers: [ { name: nights, members: [bob], every: 1d, starts: "2026-01-05T18:00", hours: [ { days: [mon, tue, wed, thu, fri], from: "18:00", to: "06:00" } ] } ]
policies:
  - id: payments
    team: payments
    steps:
      - { after: 0s, notify: ["schedule:payments-primary"] }
      - { after: 5m, notify: ["schedule:payments-primary/backup"] }
    repeat: 2
    last_resort: ["user:carol"]
services:
  - { id: checkout, name: Checkout, team: payments, policy: payments, runbooks: [stripe-webhook-failures], component: checkout }
integrations:
  - { id: prometheus, kind: alertmanager, service: checkout, key: "browser-test-key" }
routes:
  - { when: 'labels.severity == "critical"', do: page, urgency: high }
  - { when: 'labels.severity == "info"', do: record }
response: { commander: ["user:dana"], comms: ["user:carol"] }
status_pages:
  - id: main
    name: Acme status
    slug: main
    components:
      - { id: checkout, name: Checkout, group: Shop, description: "Paying for what is in the cart" }
      - { id: catalogue, name: Catalogue, group: Shop }
`;

export const runbook = `---
id: stripe-webhook-failures
services: [checkout]
---
# Runbook: Stripe webhook failures

## Symptoms
- 5xx rate spike on \`/webhooks/stripe\`

## Quick mitigations
1. Roll back the latest deploy: \`kubectl rollout undo deploy/webhook-worker\`
2. Switch webhooks to the retry queue: \`flagctl set stripe-retry-queue on\`
3. Scale the workers up: \`kubectl scale deploy/webhook-worker --replicas=20\`

## Diagnosis
1. Is Stripe itself well? See https://status.stripe.com

## Escalation
- Page #payments-primary if blocked > 30 min
`;
