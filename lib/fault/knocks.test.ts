import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from '@playwright/test';
import packet from 'dns-packet';
import { exec } from '../support/exec.ts';
import { question } from './knocks.ts';
import { answerIn } from './mechanisms/relay-answer.ts';

test('a question is one datagram, also with a label of ten letters, and its answer is printed', async () => {
  const resolver = createSocket('udp4');
  const asked: string[] = [];
  resolver.on('message', (message, client) => {
    const { id = 0, questions = [] } = packet.decode(message);
    asked.push(...questions.map(({ name, type }) => `${type} ${name}`));
    const answers = [{ type: 'A', name: questions[0]?.name ?? '', ttl: 5, data: '192.0.2.7' }] as const;
    const answer = packet.encode({ type: 'response', id, questions, answers: [...answers] });
    resolver.send(answer, client.port, client.address);
  });
  await once(resolver.bind(0, '127.0.0.1'), 'listening');
  const { port } = resolver.address();
  const end = { container: 'n', address: '127.0.0.1' };
  const { command } = question(end, '127.0.0.1', 'kubernetes.default.svc.cluster.local');
  const { stdout } = await exec('bash', ['-c', command.replace('/53 ', `/${port} `)], { timeout: 10_000 });
  resolver.close();
  expect(asked).toEqual(['A kubernetes.default.svc.cluster.local']);
  expect(answerIn(stdout)).toHaveProperty('tookMs');
  expect(answerIn(stdout)?.lie).toBeUndefined();
});
