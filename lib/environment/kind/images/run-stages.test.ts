import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { runStages } from './run-stages.ts';
import { type Slot, type Stage, type StageEvent, stageHashes } from './stage.ts';

/** Stages that write down when they run. */
function bench(root: string) {
  const ran: string[] = [];
  const events: StageEvent[] = [];
  const broken = new Set<string>();
  const stage = (
    name: string,
    needs: string[] = [],
    slot: Slot = 'fetch',
    inputs: unknown = null,
  ): Stage => ({
    name,
    needs,
    slot,
    inputs,
    run: async (work) => {
      ran.push(name);
      await writeFile(join(work.dir, 'half'), '');
      if (broken.has(name)) throw new Error(`${name} broke`);
      await writeFile(join(work.dir, 'out'), needs.map((need) => work.output(need)).join('\n'));
    },
  });
  const run = (stages: Stage[], ...targets: string[]) =>
    runStages(stages, targets, { root, onEvent: (event) => events.push(event) });
  return { ran, events, broken, stage, run };
}

test('makes what is needed once, in order, and nothing the second time', async () => {
  const { ran, events, stage, run } = bench(test.info().outputPath());
  const stages = [
    stage('rootfs'),
    stage('image', ['rootfs']),
    stage('node', ['rootfs', 'image']),
    stage('other'),
  ];
  const outputs = await run(stages, 'node');
  expect(ran).toEqual(['rootfs', 'image', 'node']);
  const text = await readFile(join(outputs.get('node')?.dir ?? '', 'out'), 'utf8');
  expect(text.split('\n')).toEqual([outputs.get('rootfs')?.dir, outputs.get('image')?.dir]);
  events.length = 0;
  await run(stages, 'node');
  expect(ran).toHaveLength(3);
  expect(events).toEqual([{ stage: 'node', state: 'cached' }]);
});

test('resumes at the stage that failed, and leaves no half of an output', async () => {
  const root = test.info().outputPath();
  const { ran, events, broken, stage, run } = bench(root);
  const stages = [stage('rootfs'), stage('image', ['rootfs']), stage('node', ['image'])];
  broken.add('image');
  await expect(run(stages, 'node')).rejects.toMatchObject({
    kind: 'environment',
    message: 'building image failed: image broke',
    nextStep: expect.stringContaining(join(root, 'logs', 'image.log')),
  });
  expect(events.at(-1)).toMatchObject({ stage: 'image', state: 'failed' });
  broken.clear();
  const outputs = await run(stages, 'node');
  expect(ran).toEqual(['rootfs', 'image', 'image', 'node']);
  expect(existsSync(join(outputs.get('image')?.dir ?? '', 'out'))).toBe(true);
});

test('an output that is gone elsewhere (an image of the engine) is made again', async () => {
  const { ran, stage, run } = bench(test.info().outputPath());
  let there = true;
  const image: Stage = { ...stage('image', ['rootfs']), present: async () => there };
  const stages = [stage('rootfs'), image];
  await run(stages, 'image');
  await run(stages, 'image');
  there = false;
  await run(stages, 'image');
  expect(ran).toEqual(['rootfs', 'image', 'image']);
});

test('changed inputs make a new output; the one before stays, older ones go', async () => {
  const { stage, run } = bench(test.info().outputPath());
  const dirs: string[] = [];
  for (const version of [1, 2, 3]) {
    dirs.push((await run([stage('go', [], 'fetch', version)], 'go')).get('go')?.dir ?? '');
    await sleep(20);
  }
  expect(dirs.map((dir) => existsSync(dir))).toEqual([false, true, true]);
});

test('compilers take turns, downloads do not wait', async () => {
  const root = test.info().outputPath();
  const now = { compile: 0, fetch: 0, engine: 0 };
  const most = { compile: 0, fetch: 0, engine: 0 };
  const slow = (name: string, slot: Slot): Stage => ({
    name,
    needs: [],
    slot,
    inputs: null,
    run: async () => {
      most[slot] = Math.max(most[slot], ++now[slot]);
      await sleep(40);
      now[slot]--;
    },
  });
  const stages = [slow('a', 'compile'), slow('b', 'compile'), slow('c', 'fetch'), slow('d', 'fetch')];
  await runStages(stages, ['a', 'b', 'c', 'd'], { root, onEvent: () => {} });
  expect(most).toEqual({ compile: 1, fetch: 2, engine: 0 });
});

test('a stage waits for those that it comes after, which do not change its hash', async () => {
  const { ran, stage, run } = bench(test.info().outputPath());
  const alone = stageHashes([stage('go')]).get('go');
  const stages = [{ ...stage('go', [], 'compile'), after: ['download'] }, stage('download')];
  expect((await run(stages, 'go')).get('go')?.hash).toBe(alone);
  expect(ran).toEqual(['download', 'go']);
});

test('two builds of the same stage at once make it once', async () => {
  const { ran, stage, run } = bench(test.info().outputPath());
  const stages = [stage('kind', [], 'compile')];
  await Promise.all([run(stages, 'kind'), run(stages, 'kind')]);
  expect(ran).toEqual(['kind']);
});

test('an interruption ends the build, and says so', async () => {
  const root = test.info().outputPath();
  const stop = new AbortController();
  const stage: Stage = {
    name: 'long',
    needs: [],
    slot: 'compile',
    inputs: null,
    run: async (work) => {
      setTimeout(() => stop.abort(), 50);
      await work.exec('sleep', ['60']);
    },
  };
  const build = runStages([stage], ['long'], { root, onEvent: () => {}, signal: stop.signal });
  await expect(build).rejects.toThrow('interrupted');
  await rm(root, { recursive: true });
});
