import { expect, test } from '@playwright/test';
import packet from 'dns-packet';
import { LIES } from '../../model/fault.ts';
import { answerIn } from '../mechanisms/relay-answer.ts';
import { wrongAnswer } from './lie.ts';

const ask = (name: string, type: 'A' | 'AAAA' = 'A') =>
  packet.encode({ type: 'query', id: 77, flags: packet.RECURSION_DESIRED, questions: [{ type, name }] });
const name = 'payments.shop.svc.cluster.local';

for (const answer of LIES) {
  test(`a name that is lied about: ${answer}, under the id and the question that were asked`, () => {
    const told = wrongAnswer(ask(name), { name, answer });
    if (!told) throw new Error('the truth');
    const { id, questions, type } = packet.decode(told);
    expect([id, type, questions?.[0]?.name]).toEqual([77, 'response', name]);
    expect(answerIn(`3 ${told.toString('hex')}`)).toEqual({ tookMs: 3, lie: answer });
  });
}

test('names below it are lied about, in letters of either case; others are not, nor what is no question', () => {
  const lies = (asked: Buffer) => wrongAnswer(asked, { name, answer: 'nxdomain' }) !== undefined;
  expect([`v1.${name}`, name.toUpperCase()].map((one) => lies(ask(one)))).toEqual([true, true]);
  expect(['orders.shop.svc.cluster.local', `my-${name}`].map((one) => lies(ask(one)))).toEqual([
    false,
    false,
  ]);
  expect(lies(Buffer.from('nonsense'))).toBe(false);
});

test('an address is given to who asks for one of IPv4; who asks for another hears that there is none', () => {
  const addresses = (type: 'A' | 'AAAA') => {
    const told = wrongAnswer(ask(name, type), { name, answer: 'loopback' });
    return told ? packet.decode(told).answers?.map((one) => 'data' in one && one.data) : undefined;
  };
  expect(addresses('A')).toEqual(['127.0.0.1']);
  expect(addresses('AAAA')).toEqual([]);
});
