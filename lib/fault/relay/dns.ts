import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { LIES } from '../../model/fault.ts';
import { timeOf } from './hold.ts';
import { wrongAnswer } from './lie.ts';

/**
 * A DNS relay that runs in a node, over UDP and TCP: `node dns.mjs ADDRESS PORT RESOLVER ITS-PORT
 * DELAY-MS JITTER-MS [NAME ANSWER]`.
 * Each question is held for the delay, give or take the jitter, and then passed on to the resolver, or answered wrongly by the
 * relay itself where it is for that name or one below it.
 */
const [
  address = '',
  port = '',
  resolver = '',
  itsPort = '',
  delayMs = '',
  jitterMs = '',
  name = '',
  said = '',
] = process.argv.slice(2);
const answer = LIES.find((one) => one === said);
/** A resolver that has said nothing for so long won't. */
const PATIENCE_MS = 10_000;

const later = (work: () => void) =>
  void setTimeout(work, timeOf({ delayMs: Number(delayMs), jitterMs: Number(jitterMs) }));
const lieAbout = (question: Buffer) => (answer ? wrongAnswer(question, { name, answer }) : undefined);

const datagrams = createSocket('udp4');
datagrams.on('message', (question, client) =>
  later(() => {
    const reply = (text: Buffer) => datagrams.send(text, client.port, client.address);
    const lie = lieAbout(question);
    if (lie) return reply(lie);
    const asking = createSocket('udp4');
    const end = setTimeout(() => asking.close(), PATIENCE_MS);
    asking.on('error', () => undefined);
    asking.once('message', (text) => {
      clearTimeout(end);
      asking.close();
      reply(text);
    });
    asking.send(question, Number(itsPort), resolver);
  }),
);
datagrams.on('error', () => undefined);
datagrams.bind(Number(port), address);

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ host: resolver, port: Number(itsPort), noDelay: true });
  let rest = Buffer.alloc(0);
  near.on('data', (piece) => {
    rest = Buffer.concat([rest, piece]);
    // Over TCP each message follows its length in two bytes (RFC 1035, 4.2.2).
    for (let size = sizeOf(rest); size !== undefined; size = sizeOf(rest)) {
      const framed = rest.subarray(0, 2 + size);
      rest = rest.subarray(2 + size);
      later(() => {
        const lie = lieAbout(framed.subarray(2));
        if (!lie) return void (far.writable && far.write(framed));
        const length = Buffer.alloc(2);
        length.writeUInt16BE(lie.length);
        if (near.writable) near.write(Buffer.concat([length, lie]));
      });
    }
  });
  far.pipe(near);
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
});
server.listen(Number(port), address);

/** The size of the first message, once all of it is there. */
function sizeOf(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  const size = bytes.readUInt16BE();
  return bytes.length < 2 + size ? undefined : size;
}
