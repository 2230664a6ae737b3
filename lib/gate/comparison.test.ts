import { expect, test } from '@playwright/test';
import { MeshproofError } from '../support/errors.ts';
import { whyNotBeside } from './comparison.ts';

test('what a mesh or a candidate cannot do leads to before and after, and what went wrong does not', () => {
  expect(whyNotBeside(new MeshproofError('not-applicable', 'one control plane only'))).toBe(
    'one control plane only',
  );
  expect(whyNotBeside(new MeshproofError('usage', 'these values bring a gateway'))).toBe(
    'these values bring a gateway',
  );
  expect(whyNotBeside(new MeshproofError('environment', 'it was not ready in time'))).toBeUndefined();
  expect(whyNotBeside(new Error('no'))).toBeUndefined();
});
