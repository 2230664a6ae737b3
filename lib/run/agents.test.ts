import { expect, test } from '@playwright/test';
import type { AgentClient } from '../probe/client.ts';
import { agentPool } from './agents.ts';

const caller = { cluster: 'east', namespace: 'shop', workload: 'cart' };

/** A cluster whose one pod can be replaced, and that counts what it is asked. */
function cluster() {
  const seen = { finds: 0, opens: 0, closes: 0 };
  let pod = 1;
  const source = {
    find: async () => {
      seen.finds += 1;
      const mine = pod;
      return {
        key: `pod-${mine}`,
        open: async () => {
          seen.opens += 1;
          return {
            info: () => (mine === pod ? Promise.resolve({}) : new Promise(() => {})),
            close: async () => void (seen.closes += 1),
          } as unknown as AgentClient;
        },
      };
    },
  };
  return { seen, source, replacePod: () => (pod += 1) };
}

test('a caller is looked up once, however often it calls', async () => {
  const { seen, source } = cluster();
  await using pool = agentPool(source);
  const first = await pool.agent(caller);
  for (let call = 0; call < 20; call += 1) expect(await pool.agent(caller)).toBe(first);
  expect(seen).toMatchObject({ finds: 1, opens: 1 });
});

test('a caller whom many ask for at the same time is looked up once as well', async () => {
  const { seen, source } = cluster();
  await using pool = agentPool(source);
  await Promise.all(Array.from({ length: 20 }, () => pool.agent(caller)));
  expect(seen).toMatchObject({ finds: 1, opens: 1 });
});

test('an agent that does not answer any more is looked up again', async () => {
  const { seen, source, replacePod } = cluster();
  await using pool = agentPool(source);
  const first = await pool.agent(caller);
  replacePod();
  expect(await pool.agent(caller)).not.toBe(first);
  expect(seen).toMatchObject({ finds: 2, opens: 2 });
});

test('one pod is opened once, also by two who ask at the same time, and all are closed', async () => {
  const { seen, source } = cluster();
  const pool = agentPool(source);
  const [one, other] = await Promise.all([pool.agent(caller), pool.agent({ ...caller, pod: 'cart-1' })]);
  expect(one).toBe(other);
  await pool[Symbol.asyncDispose]();
  expect(seen).toMatchObject({ opens: 1, closes: 1 });
});
