import { expect, test } from '@playwright/test';
import { pullRef, splitRef } from './refs.ts';

test('a pinned name is pulled as it is, or from the mirror under its full path', () => {
  expect(pullRef('grafana/k6:1.8.1')).toBe('grafana/k6:1.8.1');
  expect(pullRef('grafana/k6:1.8.1', '127.0.0.1:5000')).toBe('127.0.0.1:5000/grafana/k6:1.8.1');
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(pullRef(`kindest/node:v1@${digest}`, 'mirror.example.com/hub')).toBe(
    `mirror.example.com/hub/kindest/node:v1@${digest}`,
  );
});

for (const wrong of ['https://mirror.example.com', 'mirror.example.com/', 'a b', '', 'host:port/x']) {
  test(`the mirror '${wrong}' is refused`, () => {
    expect(() => pullRef('grafana/k6:1.8.1', wrong)).toThrow(`registry mirror '${wrong}'`);
  });
}

test('a reference falls into its parts', () => {
  expect(splitRef('127.0.0.1:5000/a/b')).toEqual({ name: '127.0.0.1:5000/a/b', tag: 'latest' });
  expect(splitRef('127.0.0.1:5000/a/b:1@sha256:00')).toEqual({
    name: '127.0.0.1:5000/a/b',
    tag: '1',
    digest: 'sha256:00',
  });
});
