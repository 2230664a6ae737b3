import { expect, test } from '@playwright/test';
import { pathClasses } from './path-class.ts';

const here = { cluster: 'east', network: 'n1', region: 'us-east', zone: 'a', node: 'worker' };

test('a path has the kinds that follow from its ends', () => {
  expect(pathClasses(here, here)).toEqual(['same-node']);
  expect(pathClasses(here, { ...here, node: 'worker2' })).toEqual(['same-zone']);
  expect(pathClasses(here, { ...here, node: 'worker2', zone: 'b' })).toEqual(['cross-zone']);
  const there = { cluster: 'west', network: 'n2', region: 'us-west', zone: 'a', node: 'worker' };
  expect(pathClasses(here, there)).toEqual(['cross-region', 'through-gateway']);
  expect(pathClasses(here, { ...there, network: 'n1' })).toEqual(['cross-region']);
  expect(pathClasses(here, { ...there, region: 'us-east' })).toEqual(['through-gateway']);
  expect(pathClasses(here, { ...there, region: 'us-east', network: 'n1' })).toEqual([]);
});
