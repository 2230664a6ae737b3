import { expect, test } from '@playwright/test';
import { chooseMode } from './resolve.ts';

const nobody = { DOCKER_HOST: 'unix:///nonexistent/docker.sock' };

test('a mode that was asked for is taken', async () => {
  expect(await chooseMode({ mode: 'registry', dockerEnv: nobody }, {})).toBe('registry');
  expect(await chooseMode({ mode: 'source', dockerEnv: nobody }, { MESHPROOF_IMAGES: 'registry' })).toBe(
    'source',
  );
});

test('auto asks nobody when the environment has the answer', async () => {
  // A probe of this mirror would be a usage error.
  const options = { mode: 'auto', mirror: 'not a mirror', dockerEnv: nobody } as const;
  expect(await chooseMode(options, { MESHPROOF_IMAGES: 'source' })).toBe('source');
  await expect(chooseMode(options, {})).rejects.toThrow('not a mirror');
});

test('auto builds from source when no registry answers', async () => {
  // Port 9 (discard) of loopback: nothing listens there.
  const options = { mode: 'auto', mirror: '127.0.0.1:9', dockerEnv: nobody } as const;
  expect(await chooseMode(options, {})).toBe('source');
});
