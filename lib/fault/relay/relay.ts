import { connect, createServer, type Socket } from 'node:net';

/**
 * A TCP relay that runs in a node: `node relay.ts PORT TO-HOST TO-PORT DELAY-MS JITTER-MS`. What clients send is held for
 * the delay, give or take the jitter, and stays in order; what comes back is passed on at once. It shows no loss and no UDP.
 */
const [port = 0, , toPort = 0, delayMs = 0, jitterMs = 0] = process.argv.slice(2).map(Number);
const toHost = process.argv[3] ?? '127.0.0.1';

/** Passes on what one socket gives to another, each piece held for a time of its own, and the end after all of them. */
function hold(from: Socket, to: Socket, timeOf: () => number): void {
  let due = 0;
  const later = (work: () => void) => {
    due = Math.max(due, Date.now() + timeOf());
    setTimeout(work, due - Date.now());
  };
  from.on('data', (piece) => later(() => to.writable && to.write(piece)));
  from.on('end', () => later(() => to.end()));
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = connect({ host: toHost, port: toPort, allowHalfOpen: true, noDelay: true });
  hold(near, far, () => Math.max(0, delayMs + (Math.random() * 2 - 1) * jitterMs));
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
