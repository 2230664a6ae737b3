import { expect, test } from '@playwright/test';
import type { ExecResult } from '../../../support/exec.ts';
import type { Docker } from './docker.ts';
import { loadImage } from './load.ts';
import type { StageEvent } from './stage.ts';

const IMAGE = { source: 'build/proxy:1', target: 'mesh/proxy:1' };

/** An engine whose nodes hold these images; `keeps: false` for nodes that lose what they are given. */
function engine(held: Record<string, string[]>, { keeps = true } = {}) {
  const calls: string[] = [];
  const answer = (stdout = ''): ExecResult =>
    ({ exitCode: 0, stdout, stderr: '', timedOut: false }) as ExecResult;
  const run: Docker['run'] = async (args) => {
    calls.push(args.join(' '));
    if (args[0] === 'exec') return answer((held[args[1] ?? ''] ?? []).join('\n'));
    return answer(args.includes('inspect') ? String(3 * 2 ** 20) : '');
  };
  const docker: Docker = {
    run,
    try: run,
    pipe: async (save, into) => {
      calls.push(`${save.join(' ')} | ${into.join(' ')}`);
      if (keeps) held[into[2] ?? '']?.push(save[1] ?? '');
    },
  };
  return { docker, calls };
}

test('only nodes that lack the image get it, and the progress says how much', async () => {
  const { docker, calls } = engine({ a: [], b: [IMAGE.target] });
  const events: StageEvent[] = [];
  await loadImage(docker, ['a', 'b'], IMAGE, (event) => events.push(event));
  expect(calls.filter((call) => call.includes(' | '))).toEqual([
    'save mesh/proxy:1 | exec --interactive a ctr --namespace=k8s.io images import --local --label io.cri-containerd.pinned=pinned -',
  ]);
  expect(
    events.filter(({ state }) => state !== 'line').map(({ stage, state }) => `${stage} ${state}`),
  ).toEqual(['load into b cached', 'load of 3 MiB into a start', 'load of 3 MiB into a done']);
  expect(calls.at(-1)).toBe('image rm mesh/proxy:1');
});

test('nothing is saved when all nodes have it: a second call is cheap', async () => {
  const { docker, calls } = engine({ a: [IMAGE.target] });
  await loadImage(docker, ['a'], IMAGE);
  expect(calls).toHaveLength(1);
});

test('a node that does not keep the image is an error, and the name more goes away all the same', async () => {
  const { docker, calls } = engine({ a: [] }, { keeps: false });
  await expect(loadImage(docker, ['a'], IMAGE)).rejects.toThrow(/a did not keep the image mesh\/proxy:1/);
  expect(calls.at(-1)).toBe('image rm mesh/proxy:1');
});
