import { expect, test } from '@playwright/test';
import { readPins } from '../pins.ts';
import { stageHashes } from '../stage.ts';
import { candidatePlan } from './candidate.ts';
import { sourceStages } from './index.ts';

const pins = readPins();

for (const { version } of pins.envoyCandidates) {
  test(`a proxy on Envoy ${version} is built beside the images of environments, and changes none of them`, () => {
    const { stages, stage, image } = candidatePlan({}, version);
    const hashes = stageHashes(stages);
    for (const [name, hash] of stageHashes(sourceStages({}).stages)) expect(hashes.get(name)).toBe(hash);
    expect(image.source).toContain(hashes.get(stage));
    expect(image.target).toContain(`-envoy-${version}-`);
    expect(image.preloaded).toBe(false);
  });
}

test('the name in the nodes tells the content: another wheel, another name', () => {
  const [first, ...rest] = pins.envoyCandidates;
  if (!first) throw new Error('no candidate is pinned');
  const other = { ...pins, envoyCandidates: [{ ...first, sha256: 'f'.repeat(64) }, ...rest] };
  const names = [pins, other].map((each) => candidatePlan({}, first.version, each).image.target);
  expect(names[0]).not.toBe(names[1]);
});

test('the Envoy of the environment is the image that its nodes have', () => {
  expect(candidatePlan({}, pins.envoy.version).image).toMatchObject({
    target: sourceStages({}).workloads.proxyv2,
    preloaded: true,
  });
});

test('another version is refused with those that there are', () => {
  expect(() => candidatePlan({}, '1.2.3')).toThrow(
    expect.objectContaining({ kind: 'usage', nextStep: expect.stringContaining(pins.envoy.version) }),
  );
});
