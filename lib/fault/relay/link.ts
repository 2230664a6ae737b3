import { connect, createServer } from 'node:net';
import { hold, timeOf } from './hold.ts';

/**
 * A TCP relay that runs in a node: `node link.mjs PORT TO-HOST TO-PORT DELAY-MS JITTER-MS`. What clients send is held for
 * the delay, give or take the jitter, and stays in order; what comes back is passed on at once. It shows no loss and no UDP.
 */
const [port = 0, , toPort = 0, delayMs = 0, jitterMs = 0] = process.argv.slice(2).map(Number);
const toHost = process.argv[3] ?? '127.0.0.1';

const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = connect({ host: toHost, port: toPort, allowHalfOpen: true, noDelay: true });
  hold(near, far, () => timeOf({ delayMs, jitterMs }));
  hold(far, near, () => 0);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroySoon());
  }
});
server.listen(port);
